package io.j8s.scheduler.core;

import java.util.List;

/// Asks the filters about a node as it would be without some of its pods.
final class DryRun {

    private DryRun() {}

    /// @param node a copy from which `removed` have been taken already
    static Verdict check(List<Placement.Question> questions, NodeInfo node, List<PodInfo> removed) {
        for (var question : questions) {
            var check = question.check();
            for (PodInfo gone : removed) {
                check = check.without(gone, node);
            }
            Verdict verdict = check.filter(node);
            if (!verdict.fits()) {
                return verdict;
            }
        }
        return Verdict.Fits.FITS;
    }
}
