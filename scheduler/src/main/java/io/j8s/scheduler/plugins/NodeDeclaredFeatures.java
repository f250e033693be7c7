package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.j8s.scheduler.core.ClusterChange;
import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Some pods use what only some nodes' agents know; those nodes say so in `status.declaredFeatures`
/// (KEP-5328; upstream: `component-helpers/nodedeclaredfeatures`).
public final class NodeDeclaredFeatures implements FilterPlugin {

    private static final Verdict LACKING =
            new Verdict.Rejected("node(s) didn't match Pod's required features", false);
    private static final String RESTART_ALL = "RestartAllContainersOnContainerExits";
    private static final String HOST_NETWORK_USERS = "UserNamespacesHostNetworkSupport";
    private static final String MOUNT_OPTIONS = "VolumeBindMountOptions";

    @Override
    public String name() {
        return "NodeDeclaredFeatures";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(Resource.NODE, Action.ADD, Action.UPDATE_DECLARED_FEATURE)
                        .when((_, change) -> declaresOthers(change)),
                WakeUp.on(Resource.TARGET_POD, Action.UPDATE)
                        .when((_, change) -> needsOthers(change)));
    }

    private static boolean declaresOthers(ClusterChange change) {
        return !(change.before() instanceof Node before)
                || !(change.after() instanceof Node after)
                || !NodeInfo.empty(before)
                        .declaredFeatures()
                        .equals(NodeInfo.empty(after).declaredFeatures());
    }

    private static boolean needsOthers(ClusterChange change) {
        return !(change.before() instanceof Pod before)
                || !(change.after() instanceof Pod after)
                || !needed(before.getSpec()).equals(needed(after.getSpec()));
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        var needed = needed(pod.spec());
        return needed.isEmpty()
                ? Preparation.skip()
                : Preparation.check(node ->
                        node.declaredFeatures().containsAll(needed) ? Verdict.Fits.FITS : LACKING);
    }

    /// What a node must declare to run a pod. Pure.
    static Set<String> needed(PodSpec spec) {
        var needed = new TreeSet<String>();
        if (containers(spec).anyMatch(NodeDeclaredFeatures::restartsAll)) {
            needed.add(RESTART_ALL);
        }
        if (Boolean.TRUE.equals(spec.getHostNetwork())
                && Boolean.FALSE.equals(spec.getHostUsers())) {
            needed.add(HOST_NETWORK_USERS);
        }
        if (mounts(spec).anyMatch(mount -> !mount.getBindMountOptions().isEmpty())) {
            needed.add(MOUNT_OPTIONS);
        }
        return needed;
    }

    private static Stream<Container> containers(PodSpec spec) {
        return Stream.concat(spec.getContainers().stream(), spec.getInitContainers().stream());
    }

    private static Stream<VolumeMount> mounts(PodSpec spec) {
        return Stream.concat(
                containers(spec).flatMap(container -> container.getVolumeMounts().stream()),
                spec.getEphemeralContainers().stream()
                        .flatMap(container -> container.getVolumeMounts().stream()));
    }

    private static boolean restartsAll(Container container) {
        return container.getRestartPolicyRules().stream()
                .anyMatch(rule -> "RestartAllContainers".equals(rule.getAction()));
    }
}
