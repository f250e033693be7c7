package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.NodeSelectorTerm;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceClass;
import io.fabric8.kubernetes.api.model.resource.v1.DeviceRequest;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.scheduler.core.ClusterChange;
import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.PluginFailure;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.PostFilterPlugin;
import io.j8s.scheduler.core.PreBindPlugin;
import io.j8s.scheduler.core.PreEnqueuePlugin;
import io.j8s.scheduler.core.Rejections;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Holds a pod back until its resource claims exist and have devices, keeps it to nodes where those
/// devices are, and reserves the claims for it before it is bound.
///
/// Devices are chosen by others here: whoever writes a claim's allocation, as a driver's own
/// controller does. Upstream's scheduler also chooses them out of ResourceSlices, by CEL
/// expressions; without that, a claim that nobody allocates leaves its pod pending with upstream's
/// words for a cluster that has no such device.
public final class DynamicResources
        implements PreEnqueuePlugin, FilterPlugin, PostFilterPlugin, PreBindPlugin {

    private static final int CONFLICTS_MAX = 5; // upstream: retry.DefaultRetry

    private final Api api;
    private final Informer<ResourceClaim> claims;
    private final Informer<DeviceClass> classes;

    public DynamicResources(
            Api api, Informer<ResourceClaim> claims, Informer<DeviceClass> classes) {
        this.api = api;
        this.claims = claims;
        this.classes = classes;
    }

    @Override
    public String name() {
        return "DynamicResources";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(
                        Resource.NODE,
                        Action.ADD,
                        Action.UPDATE_NODE_LABEL,
                        Action.UPDATE_ALLOCATABLE),
                WakeUp.on(Resource.RESOURCE_CLAIM, Action.ADD, Action.UPDATE, Action.DELETE)
                        .when(DynamicResources::isOfPod),
                WakeUp.on(Resource.TARGET_POD, Action.UPDATE),
                WakeUp.on(Resource.DEVICE_CLASS, Action.ADD, Action.UPDATE));
    }

    /// A claim that goes frees devices for anybody; otherwise a claim matters to its own pods.
    private static boolean isOfPod(PodInfo pod, ClusterChange change) {
        var claim = change.after();
        return claim == null
                || (Meta.namespace(claim).equals(pod.key().namespace())
                        && pod.spec().getResourceClaims().stream()
                                .anyMatch(
                                        wanted -> Meta.name(claim).equals(claimName(pod, wanted))));
    }

    @Override
    public Verdict preEnqueue(PodInfo pod) {
        if (pod.spec().getResourceClaims().isEmpty()) {
            return Verdict.Fits.FITS;
        }
        try {
            claims(pod);
            return Verdict.Fits.FITS;
        } catch (Missing missing) {
            return new Verdict.Rejected(missing.text(), false);
        }
    }

    /// Devices are chosen by others here, and given back by them.
    @Override
    public Outcome postFilter(PodInfo pod, Snapshot snapshot, Rejections rejections, Fit fit) {
        return Outcome.NOTHING;
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        if (pod.spec().getResourceClaims().isEmpty()) {
            return new Preparation.Skip();
        }
        List<ResourceClaim> wanted;
        try {
            wanted = claims(pod);
        } catch (Missing missing) {
            return new Preparation.Rejected(missing.text(), false);
        }
        if (wanted.isEmpty()) {
            return new Preparation.Skip();
        }
        var places = new ArrayList<List<NodeSelectorTerm>>();
        boolean isUnallocated = false;
        for (var claim : wanted) {
            var allocation = claim.getStatus() == null ? null : claim.getStatus().getAllocation();
            if (allocation == null) {
                isUnallocated = true;
                var unknown = unknownClass(claim);
                if (unknown != null) {
                    return new Preparation.Rejected(unknown, false);
                }
            } else if (allocation.getNodeSelector() != null) {
                places.add(allocation.getNodeSelector().getNodeSelectorTerms());
            }
        }
        return Preparation.check(check(places, isUnallocated));
    }

    private static NodeCheck check(List<List<NodeSelectorTerm>> places, boolean isUnallocated) {
        return node -> {
            if (isUnallocated) {
                return new Verdict.Rejected("cannot allocate all claims", false);
            }
            for (var terms : places) {
                if (!NodeSelectors.matchesAny(terms, node.name(), node.labels())) {
                    return new Verdict.Rejected("resourceclaim not available on the node", false);
                }
            }
            return Verdict.Fits.FITS;
        };
    }

    /// What is wrong with a class that the claim names, or null.
    private @Nullable String unknownClass(ResourceClaim claim) {
        var devices = claim.getSpec().getDevices();
        for (var request : devices == null ? List.<DeviceRequest>of() : devices.getRequests()) {
            if (request.getExactly() != null) {
                var name = request.getExactly().getDeviceClassName();
                if (classes.get(ObjectKey.clusterScoped(name)).isEmpty()) {
                    return unknownClass(request.getName(), name);
                }
            }
            for (var choice : request.getFirstAvailable()) {
                var name = choice.getDeviceClassName();
                if (classes.get(ObjectKey.clusterScoped(name)).isEmpty()) {
                    return unknownClass(request.getName() + "/" + choice.getName(), name);
                }
            }
        }
        return null;
    }

    private static String unknownClass(String request, String name) {
        return "request %s: device class %s does not exist".formatted(request, name);
    }

    @Override
    public boolean isNeeded(PodInfo pod) {
        return !pod.spec().getResourceClaims().isEmpty();
    }

    @Override
    public void preBind(PodInfo pod, String node) {
        try {
            for (var claim : claims(pod)) {
                reserve(pod, claim);
            }
        } catch (Missing missing) {
            throw new PluginFailure(missing.text());
        }
    }

    private void reserve(PodInfo pod, ResourceClaim seen) {
        var claim = seen;
        for (int tries = 1; ; tries++) {
            if (isReserved(claim, pod.uid())) {
                return;
            }
            try {
                write(pod, claim);
                return;
            } catch (StatusException refused) {
                if (!refused.isConflict() || tries == CONFLICTS_MAX) {
                    throw new PluginFailure(
                            "add reservation to claim %s: %s"
                                    .formatted(Meta.key(claim), refused.message()));
                }
                claim = api.get(Kinds.RESOURCE_CLAIMS, Meta.key(claim));
            }
        }
    }

    private static boolean isReserved(ResourceClaim claim, String uid) {
        return claim.getStatus() != null
                && claim.getStatus().getReservedFor().stream()
                        .anyMatch(user -> user.getUid().equals(uid));
    }

    private void write(PodInfo pod, ResourceClaim claim) {
        if (Meta.isTerminating(claim)) {
            throw new PluginFailure(
                    "claim %s got deleted in the meantime".formatted(Meta.key(claim)));
        }
        if (claim.getStatus() == null || claim.getStatus().getAllocation() == null) {
            throw new PluginFailure(
                    "claim %s got deallocated elsewhere in the meantime"
                            .formatted(Meta.key(claim)));
        }
        // the list merges by uid; the version keeps the claim allocated as it was seen
        var body =
                "{\"metadata\":{\"resourceVersion\":\"%s\"},\"status\":{\"reservedFor\":[{\"resource\":\"pods\",\"name\":\"%s\",\"uid\":\"%s\"}]}}"
                        .formatted(
                                claim.getMetadata().getResourceVersion(),
                                pod.key().name(),
                                pod.uid());
        api.patch(Kinds.RESOURCE_CLAIMS, Meta.key(claim), Api.Patch.strategic(body).on("status"));
    }

    /// A claim is not there, not the pod's, or about to go.
    private static final class Missing extends Exception {
        private static final long serialVersionUID = 1;

        Missing(String message) {
            super(message, null, false, false);
        }

        String text() {
            return String.valueOf(getMessage());
        }
    }

    /// The claims of a pod, without those that it turned out not to need.
    private List<ResourceClaim> claims(PodInfo pod) throws Missing {
        var found = new ArrayList<ResourceClaim>();
        for (var wanted : pod.spec().getResourceClaims()) {
            var name = claimName(pod, wanted);
            if (name == null) {
                throw new Missing("pod \"%s\": ResourceClaim not created yet".formatted(pod.key()));
            }
            if (name.isEmpty()) {
                continue;
            }
            var key = new ObjectKey(pod.key().namespace(), name);
            var claim = claims.get(key).orElse(null);
            if (claim == null) {
                throw new Missing("could not find ResourceClaim \"%s\"".formatted(key));
            }
            if (Meta.isTerminating(claim)) {
                throw new Missing("resourceclaim \"%s\" is being deleted".formatted(name));
            }
            if (wanted.getResourceClaimName() == null && !Meta.isControlledBy(claim, pod.pod())) {
                throw new Missing(
                        "ResourceClaim %s was not created for Pod %s (Pod is not owner)"
                                .formatted(key, pod.key()));
            }
            found.add(claim);
        }
        return found;
    }

    /// The name of the claim that stands behind one of a pod's entries: null when it has none yet,
    /// empty when it needs none.
    private static @Nullable String claimName(PodInfo pod, PodResourceClaim wanted) {
        if (wanted.getResourceClaimName() != null) {
            return wanted.getResourceClaimName();
        }
        var status = pod.pod().getStatus();
        if (status != null) {
            for (var made : status.getResourceClaimStatuses()) {
                if (made.getName().equals(wanted.getName())) {
                    return Meta.orEmpty(made.getResourceClaimName());
                }
            }
        }
        return null;
    }
}
