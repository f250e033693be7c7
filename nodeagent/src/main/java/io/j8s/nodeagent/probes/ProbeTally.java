package io.j8s.nodeagent.probes;

import io.j8s.nodeagent.core.ProbeState.Result;

/// Counts answers of one probe of one container until they mean something. Pure; confined to the
/// probe's thread.
final class ProbeTally {

    private final int successThreshold;
    private final int failureThreshold;
    private boolean lastAnswer;
    private int run;
    private Result result;

    ProbeTally(ProbeTimes times, Result initial) {
        this.successThreshold = times.successThreshold();
        this.failureThreshold = times.failureThreshold();
        this.result = initial;
    }

    Result add(boolean isSuccess) {
        run = run > 0 && lastAnswer == isSuccess ? run + 1 : 1;
        lastAnswer = isSuccess;
        if (run >= (isSuccess ? successThreshold : failureThreshold)) {
            result = isSuccess ? Result.SUCCESS : Result.FAILURE;
        }
        return result;
    }
}
