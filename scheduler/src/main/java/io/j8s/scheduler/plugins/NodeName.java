package io.j8s.scheduler.plugins;

import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;

/// A pod that names its node fits only there.
public final class NodeName implements FilterPlugin {

    private static final Verdict OTHER =
            new Verdict.Rejected("node(s) didn't match the requested node name", false);

    @Override
    public String name() {
        return "NodeName";
    }

    @Override
    public Preparation preFilter(PodInfo pod, Snapshot snapshot) {
        String wanted = pod.nodeName();
        return wanted.isEmpty()
                ? Preparation.skip()
                : Preparation.check(node -> node.name().equals(wanted) ? Verdict.Fits.FITS : OTHER);
    }
}
