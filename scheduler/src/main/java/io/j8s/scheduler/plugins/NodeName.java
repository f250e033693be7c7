package io.j8s.scheduler.plugins;

import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;
import io.j8s.scheduler.core.WakeUp;

import java.util.List;
import java.util.Set;

/// A pod that names its node fits only there.
public final class NodeName implements FilterPlugin {

    private static final Verdict OTHER =
            new Verdict.Rejected("node(s) didn't match the requested node name", false);

    @Override
    public boolean hasPreFilter() {
        return false;
    }

    @Override
    public String name() {
        return "NodeName";
    }

    @Override
    public List<WakeUp> wakeUps() {
        return List.of(WakeUp.on(Resource.NODE, Action.ADD));
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        String wanted = pod.nodeName();
        return wanted.isEmpty()
                ? Preparation.skip()
                : new Preparation.Check(
                        node -> node.name().equals(wanted) ? Verdict.Fits.FITS : OTHER,
                        Set.of(wanted));
    }
}
