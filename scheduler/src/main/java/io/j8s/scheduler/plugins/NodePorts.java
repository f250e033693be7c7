package io.j8s.scheduler.plugins;

import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;

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
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        return pod.hostPorts().isEmpty()
                ? Preparation.skip()
                : Preparation.check(node -> check(pod, node));
    }

    private static Verdict check(PodInfo pod, NodeInfo node) {
        return pod.hostPorts().stream().anyMatch(node::conflicts) ? TAKEN : Verdict.Fits.FITS;
    }
}
