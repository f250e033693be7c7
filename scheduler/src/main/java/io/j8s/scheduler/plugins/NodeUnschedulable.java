package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Taint;
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

/// Turns down cordoned nodes, except for pods that tolerate their taint.
public final class NodeUnschedulable implements FilterPlugin {

    private static final Verdict CORDONED =
            new Verdict.Rejected("node(s) were unschedulable", false);
    private static final Taint TAINT =
            new Taint("NoSchedule", "node.kubernetes.io/unschedulable", null, "");

    @Override
    public boolean hasPreFilter() {
        return false;
    }

    @Override
    public String name() {
        return "NodeUnschedulable";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(
                WakeUp.on(Resource.NODE, Action.ADD, Action.UPDATE_TAINT)
                        .when((_, change) -> isUncordoned(change)),
                WakeUp.on(Resource.TARGET_POD, Action.UPDATE_TOLERATION)
                        .when((pod, _) -> tolerates(pod)));
    }

    private static boolean isUncordoned(ClusterChange change) {
        boolean was =
                change.before() instanceof Node before && !NodeInfo.empty(before).isCordoned();
        return change.after() instanceof Node after && !NodeInfo.empty(after).isCordoned() && !was;
    }

    private static boolean tolerates(PodInfo pod) {
        return Tolerations.tolerate(pod.spec().getTolerations(), TAINT);
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        return tolerates(pod)
                ? Preparation.skip()
                : Preparation.check(node -> node.isCordoned() ? CORDONED : Verdict.Fits.FITS);
    }
}
