package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.scheduler.core.ClusterChange;
import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Keeps pods in the zones and regions that the labels of their bound volumes name.
public final class VolumeZone implements FilterPlugin {

    private static final Verdict ELSEWHERE =
            new Verdict.Rejected("node(s) had no available volume zone", false);
    private static final String SEPARATOR = "__"; // upstream: between zones of one label

    /// Old labels with what they are called now.
    private static final Map<String, String> RENAMED =
            Map.of(
                    "failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone",
                    "failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region");

    private static final List<String> LABELS =
            List.of(
                    "failure-domain.beta.kubernetes.io/zone",
                    "failure-domain.beta.kubernetes.io/region",
                    "topology.kubernetes.io/zone",
                    "topology.kubernetes.io/region");

    /// A label of a volume with the values that a node may have.
    private record Place(String label, Set<String> values) {}

    private final ClusterVolumes cluster;

    public VolumeZone(ClusterVolumes cluster) {
        this.cluster = cluster;
    }

    @Override
    public String name() {
        return "VolumeZone";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(Resource.STORAGE_CLASS, Action.ADD)
                        .when((_, change) ->
                                change.after() instanceof StorageClass added && isDelayed(added)),
                WakeUp.on(Resource.NODE, Action.ADD, Action.UPDATE_NODE_LABEL),
                WakeUp.on(Resource.CLAIM, Action.ADD, Action.UPDATE)
                        .when((pod, change) ->
                                change.after() instanceof PersistentVolumeClaim claim
                                        && Meta.namespace(claim).equals(pod.namespace())
                                        && names(pod).contains(Meta.name(claim))),
                WakeUp.on(Resource.VOLUME, Action.ADD, Action.UPDATE)
                        .when((_, change) -> hasMoved(change)));
    }

    private static boolean hasMoved(ClusterChange change) {
        return !(change.before() instanceof PersistentVolume before)
                || !(change.after() instanceof PersistentVolume after)
                || !places(before).equals(places(after));
    }

    private static boolean isDelayed(StorageClass storageClass) {
        return "WaitForFirstConsumer".equals(storageClass.getVolumeBindingMode());
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        var places = new ArrayList<Place>();
        for (String name : names(pod)) {
            var objection = look(pod, name, places);
            if (objection != null) {
                return new Preparation.Rejected(objection, false);
            }
        }
        return places.isEmpty()
                ? Preparation.skip()
                : Preparation.check(node -> check(node, places));
    }

    /// Only claims named by the pod, not those made for it.
    private static List<String> names(PodInfo pod) {
        var names = new ArrayList<String>(0);
        for (Volume volume : pod.spec().getVolumes()) {
            if (volume.getPersistentVolumeClaim() != null) {
                names.add(Meta.orEmpty(volume.getPersistentVolumeClaim().getClaimName()));
            }
        }
        return names;
    }

    /// Notes where a claim's volume is.
    ///
    /// @return why the claim does not do; null when it does
    private @Nullable String look(PodInfo pod, String name, List<Place> places) {
        if (name.isEmpty()) {
            return "PersistentVolumeClaim had no name";
        }
        var claim = cluster.claims().fromApi(new ObjectKey(pod.namespace(), name)).orElse(null);
        if (claim == null) {
            return "persistentvolumeclaim \"%s\" not found".formatted(name);
        }
        var volumeName = Meta.orEmpty(claim.getSpec().getVolumeName());
        if (!volumeName.isEmpty()) {
            var volume = cluster.volume(volumeName).orElse(null);
            if (volume == null) {
                return "persistentvolume \"%s\" not found".formatted(volumeName);
            }
            places.addAll(places(volume));
            return null;
        }
        var className = VolumeRules.className(claim);
        if (className.isEmpty()) {
            return "PersistentVolumeClaim had no pv name and storageClass name";
        }
        var storageClass = cluster.storageClass(className).orElse(null);
        if (storageClass == null) {
            return "storageclass.storage.k8s.io \"%s\" not found".formatted(className);
        }
        if (storageClass.getVolumeBindingMode() == null) {
            return "VolumeBindingMode not set for StorageClass \"%s\"".formatted(className);
        }
        return isDelayed(storageClass) ? null : "PersistentVolume had no name";
    }

    private static List<Place> places(PersistentVolume volume) {
        var places = new ArrayList<Place>();
        for (String label : LABELS) {
            var value = Meta.labels(volume).get(label);
            if (value != null && !value.isEmpty()) {
                places.add(new Place(label, Set.of(value.split(SEPARATOR))));
            }
        }
        return places;
    }

    private static Verdict check(NodeInfo node, List<Place> places) {
        if (LABELS.stream().noneMatch(node.labels()::containsKey)) {
            return Verdict.Fits.FITS; // a cluster of one zone need not label its nodes
        }
        for (Place place : places) {
            var value = node.labels().get(place.label());
            if (value == null) {
                value = node.labels().get(RENAMED.getOrDefault(place.label(), place.label()));
            }
            if (value == null || !place.values().contains(value)) {
                return ELSEWHERE;
            }
        }
        return Verdict.Fits.FITS;
    }
}
