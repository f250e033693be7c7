package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Pod;
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

/// Keeps pods off nodes where a host port that they need is taken.
public final class NodePorts implements FilterPlugin {

    private static final Verdict TAKEN =
            new Verdict.Rejected(
                    "node(s) didn't have free ports for the requested pod ports", true);

    @Override
    public String name() {
        return "NodePorts";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(Resource.ASSIGNED_POD, Action.DELETE).when(NodePorts::freesAPort),
                WakeUp.on(Resource.NODE, Action.ADD));
    }

    private static boolean freesAPort(PodInfo waiting, ClusterChange change) {
        return change.before() instanceof Pod gone
                && new PodInfo(gone)
                        .hostPorts().stream()
                                .anyMatch(freed ->
                                        waiting.hostPorts().stream()
                                                .anyMatch(wanted -> wanted.conflictsWith(freed)));
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        return pod.hostPorts().isEmpty()
                ? Preparation.skip()
                : Preparation.check(node -> check(pod, node));
    }

    private static Verdict check(PodInfo pod, NodeInfo node) {
        return pod.hostPorts().stream().anyMatch(node::conflicts) ? TAKEN : Verdict.Fits.FITS;
    }
}
