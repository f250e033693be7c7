package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Taint;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;

/// Turns down cordoned nodes, except for pods that tolerate their taint.
public final class NodeUnschedulable implements FilterPlugin {

    private static final Verdict CORDONED =
            new Verdict.Rejected("node(s) were unschedulable", false);
    private static final Taint TAINT =
            new Taint("NoSchedule", "node.kubernetes.io/unschedulable", null, "");

    @Override
    public String name() {
        return "NodeUnschedulable";
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        boolean tolerates = Tolerations.tolerate(pod.spec().getTolerations(), TAINT);
        return tolerates
                ? Preparation.skip()
                : Preparation.check(node ->
                        Boolean.TRUE.equals(node.node().getSpec().getUnschedulable())
                                ? CORDONED
                                : Verdict.Fits.FITS);
    }
}
