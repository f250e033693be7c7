package io.j8s.nodeagent.probes;

import io.fabric8.kubernetes.api.model.Probe;

import java.time.Duration;

/// When and how often a probe asks, with upstream's defaults.
record ProbeTimes(
        Duration initialDelay,
        Duration period,
        Duration timeout,
        int successThreshold,
        int failureThreshold) {

    static ProbeTimes of(Probe probe) {
        return new ProbeTimes(
                seconds(probe.getInitialDelaySeconds(), 0),
                seconds(probe.getPeriodSeconds(), 10),
                seconds(probe.getTimeoutSeconds(), 1),
                probe.getSuccessThreshold() == null ? 1 : probe.getSuccessThreshold(),
                probe.getFailureThreshold() == null ? 3 : probe.getFailureThreshold());
    }

    private static Duration seconds(
            @org.jspecify.annotations.Nullable Integer value, int otherwise) {
        return Duration.ofSeconds(
                value == null || (value == 0 && otherwise > 0) ? otherwise : value);
    }
}
