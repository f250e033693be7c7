package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.storage.CSIDriver;
import io.fabric8.kubernetes.api.model.storage.CSINode;
import io.fabric8.kubernetes.api.model.storage.CSIStorageCapacity;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.scheduler.core.ClusterChange;
import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PluginFailure;
import io.j8s.scheduler.core.PodClaims;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.PreBindPlugin;
import io.j8s.scheduler.core.ReservePlugin;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Places pods where their volumes are or can be, and binds those that wait for a pod
/// (`WaitForFirstConsumer`) before the pod is bound.
public final class VolumeBinding
        implements FilterPlugin, ScorePlugin, ReservePlugin, PreBindPlugin {

    private final ClusterVolumes cluster;
    private final VolumeBinder binder;
    private final UtilizationShape shape;

    /// @param shape how nodes rank by how full their storage would be
    public VolumeBinding(ClusterVolumes cluster, VolumeBinder binder, UtilizationShape shape) {
        this.cluster = cluster;
        this.binder = binder;
        this.shape = shape;
    }

    @Override
    public String name() {
        return "VolumeBinding";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(Resource.STORAGE_CLASS, Action.ADD, Action.UPDATE)
                        .when((_, change) -> isAnsweredByClass(change)),
                WakeUp.on(Resource.CLAIM, Action.ADD, Action.UPDATE)
                        .when(VolumeBinding::isOwnClaim),
                WakeUp.on(Resource.VOLUME, Action.ADD, Action.UPDATE),
                WakeUp.on(Resource.NODE, Action.ADD, Action.UPDATE_NODE_LABEL),
                WakeUp.on(Resource.CSI_NODE, Action.ADD, Action.UPDATE)
                        .when((_, change) -> isAnsweredByCsiNode(change)),
                WakeUp.on(Resource.CSI_DRIVER, Action.UPDATE)
                        .when(VolumeBinding::isAnsweredByDriver),
                WakeUp.on(Resource.CSI_CAPACITY, Action.ADD, Action.UPDATE)
                        .when((_, change) -> isAnsweredByCapacity(change)));
    }

    /// Whether a changed claim is one of the pod's.
    static boolean isOwnClaim(PodInfo waiting, ClusterChange change) {
        return change.after() instanceof PersistentVolumeClaim claim
                && Meta.namespace(claim).equals(waiting.namespace())
                && waiting.claims().contains(Meta.name(claim));
    }

    private static boolean isAnsweredByClass(ClusterChange change) {
        return !(change.before() instanceof StorageClass before)
                || !(change.after() instanceof StorageClass after)
                || !Objects.equals(before.getAllowedTopologies(), after.getAllowedTopologies());
    }

    private static boolean isAnsweredByCsiNode(ClusterChange change) {
        String migrated = "storage.alpha.kubernetes.io/migrated-plugins";
        return !(change.before() instanceof CSINode before)
                || !(change.after() instanceof CSINode after)
                || !Objects.equals(
                        Meta.annotations(before).get(migrated),
                        Meta.annotations(after).get(migrated));
    }

    private static boolean isAnsweredByDriver(PodInfo waiting, ClusterChange change) {
        return change.before() instanceof CSIDriver before
                && change.after() instanceof CSIDriver after
                && Boolean.TRUE.equals(before.getSpec().getStorageCapacity())
                && !Boolean.TRUE.equals(after.getSpec().getStorageCapacity())
                && waiting.spec().getVolumes().stream()
                        .anyMatch(volume ->
                                volume.getCsi() != null
                                        && Meta.name(after).equals(volume.getCsi().getDriver()));
    }

    private static boolean isAnsweredByCapacity(ClusterChange change) {
        if (!(change.before() instanceof CSIStorageCapacity before)
                || !(change.after() instanceof CSIStorageCapacity after)) {
            return true;
        }
        var was = PodVolumes.limit(before);
        var is = PodVolumes.limit(after);
        return is != null && (was == null || is > was);
    }

    /// The claims of a pod that is about to be placed.
    ///
    /// @param isUnbound whether one should have been bound already
    private record Claims(
            List<PersistentVolumeClaim> bound,
            List<PersistentVolumeClaim> delayed,
            boolean isUnbound) {}

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        if (pod.claims().isEmpty()) {
            return Preparation.skip();
        }
        var objection = objection(pod);
        if (objection != null) {
            return new Preparation.Rejected(objection, false);
        }
        var claims = claims(pod);
        if (claims.isUnbound()) {
            return new Preparation.Rejected(
                    "pod has unbound immediate PersistentVolumeClaims", false);
        }
        return Preparation.check(node ->
                switch (PodVolumes.find(claims.bound(), claims.delayed(), node, cluster)) {
                    case PodVolumes.Search.Found _ -> Verdict.Fits.FITS;
                    case PodVolumes.Search.None(var why) -> why;
                });
    }

    /// Why the claims do not do; null when they do.
    private @Nullable String objection(PodInfo pod) {
        for (Volume volume : pod.spec().getVolumes()) {
            var name = PodClaims.name(pod.pod(), volume);
            if (name == null) {
                continue;
            }
            boolean isEphemeral = volume.getEphemeral() != null;
            var claim = cluster.claims().fromApi(new ObjectKey(pod.namespace(), name)).orElse(null);
            if (claim == null) {
                return (isEphemeral
                                ? "waiting for ephemeral volume controller to create the"
                                        + " persistentvolumeclaim \"%s\""
                                : "persistentvolumeclaim \"%s\" not found")
                        .formatted(name);
            }
            if (claim.getStatus() != null && "Lost".equals(claim.getStatus().getPhase())) {
                return "persistentvolumeclaim \"%s\" bound to non-existent persistentvolume \"%s\""
                        .formatted(name, Meta.orEmpty(claim.getSpec().getVolumeName()));
            }
            if (Meta.isTerminating(claim)) {
                return "persistentvolumeclaim \"%s\" is being deleted".formatted(name);
            }
            if (isEphemeral && !Meta.isControlledBy(claim, pod.pod())) {
                return notOwned(claim, pod);
            }
        }
        return null;
    }

    static String notOwned(PersistentVolumeClaim claim, PodInfo pod) {
        return "PVC %s was not created for pod %s (pod is not owner)"
                .formatted(Meta.key(claim), pod.key());
    }

    private Claims claims(PodInfo pod) {
        var bound = new ArrayList<PersistentVolumeClaim>();
        var delayed = new ArrayList<PersistentVolumeClaim>();
        boolean isUnbound = false;
        for (String name : pod.claims()) {
            var key = new ObjectKey(pod.namespace(), name);
            var claim =
                    cluster.claims()
                            .get(key)
                            .orElseThrow(() ->
                                    new PluginFailure(
                                            "error getting PVC \"%s\": could not find it"
                                                    .formatted(key)));
            if (VolumeRules.isFullyBound(claim)) {
                bound.add(claim);
            } else if (isDelayed(claim)) {
                delayed.add(claim);
            } else {
                isUnbound = true;
            }
        }
        return new Claims(bound, delayed, isUnbound);
    }

    /// upstream: a claim that names its volume should be bound, whatever its class says
    private boolean isDelayed(PersistentVolumeClaim claim) {
        var className = VolumeRules.className(claim);
        if (className.isEmpty() || !Meta.orEmpty(claim.getSpec().getVolumeName()).isEmpty()) {
            return false;
        }
        return cluster.storageClass(className)
                .map(found -> "WaitForFirstConsumer".equals(found.getVolumeBindingMode()))
                .orElse(false);
    }

    @Override
    public Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot) {
        if (pod.claims().isEmpty()) {
            return Optional.empty();
        }
        var claims = claims(pod);
        return claims.delayed().isEmpty()
                ? Optional.empty()
                : Optional.of(node -> score(claims, node));
    }

    /// Requested and offered bytes of one storage class.
    private static final class Load {
        private long requested;
        private long capacity;
    }

    /// Static volumes count where there are any, else what is left to make new ones from.
    private long score(Claims claims, NodeInfo node) {
        if (!(PodVolumes.find(claims.bound(), claims.delayed(), node, cluster)
                instanceof PodVolumes.Search.Found(var volumes))) {
            return 0;
        }
        var loads = new HashMap<String, Load>();
        for (var binding : volumes.bindings()) {
            var className = VolumeRules.className(binding.volume());
            var load = loads.computeIfAbsent(className, _ -> new Load());
            load.requested += VolumeRules.request(binding.claim());
            load.capacity += VolumeRules.capacity(binding.volume());
        }
        if (volumes.bindings().isEmpty()) {
            for (var provision : volumes.provisions()) {
                var capacity = provision.capacity();
                if (capacity != null) {
                    var className = VolumeRules.className(provision.claim());
                    var load = loads.computeIfAbsent(className, _ -> new Load());
                    load.requested += VolumeRules.request(provision.claim());
                    var left = capacity.getCapacity();
                    load.capacity = left == null ? 0 : VolumeRules.bytes(left);
                }
            }
        }
        if (loads.isEmpty()) {
            return 0;
        }
        long sum = 0;
        for (var load : loads.values()) {
            sum += shape.score(load.requested, load.capacity);
        }
        return Math.round((double) sum / loads.size());
    }

    @Override
    public Verdict reserve(PodInfo pod, String node) {
        if (pod.claims().isEmpty()) {
            return Verdict.Fits.FITS;
        }
        var claims = claims(pod);
        return claims.delayed().isEmpty()
                ? Verdict.Fits.FITS
                : binder.assume(pod, node, claims.bound(), claims.delayed());
    }

    @Override
    public void unreserve(PodInfo pod, String node) {
        binder.forget(pod);
    }

    @Override
    public boolean isNeeded(PodInfo pod) {
        return binder.hasWork(pod);
    }

    @Override
    public void preBind(PodInfo pod, String node) throws InterruptedException {
        binder.bind(pod, node);
    }
}
