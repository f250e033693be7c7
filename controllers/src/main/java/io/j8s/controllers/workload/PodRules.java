package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;

/// What a pod's status means to those who own it (upstream: `pkg/api/v1/pod` and
/// `pkg/controller/controller_utils.go`).
public final class PodRules {

    private PodRules() {}

    public static String phase(Pod pod) {
        return pod.getStatus() == null ? "" : Meta.orEmpty(pod.getStatus().getPhase());
    }

    public static boolean isSucceeded(Pod pod) {
        return phase(pod).equals("Succeeded");
    }

    public static boolean isFailed(Pod pod) {
        return phase(pod).equals("Failed");
    }

    public static boolean isTerminal(Pod pod) {
        return isSucceeded(pod) || isFailed(pod);
    }

    public static boolean isActive(Pod pod) {
        return !isTerminal(pod) && !Meta.isTerminating(pod);
    }

    /// Being deleted, and not yet done.
    public static boolean isTerminatingAlive(Pod pod) {
        return !isTerminal(pod) && Meta.isTerminating(pod);
    }

    public static @Nullable PodCondition condition(Pod pod, String type) {
        if (pod.getStatus() == null || pod.getStatus().getConditions() == null) {
            return null;
        }
        for (var condition : pod.getStatus().getConditions()) {
            if (condition.getType().equals(type)) {
                return condition;
            }
        }
        return null;
    }

    public static boolean isReady(Pod pod) {
        var ready = condition(pod, "Ready");
        return ready != null && "True".equals(ready.getStatus());
    }

    /// Ready for at least `minReadySeconds`.
    public static boolean isAvailable(Pod pod, int minReadySeconds, Instant now) {
        return isReady(pod) && !availableIn(pod, minReadySeconds, now).isPositive();
    }

    /// How long a ready pod still has to stay ready until it counts as available.
    public static Duration availableIn(Pod pod, int minReadySeconds, Instant now) {
        var since = readySince(pod);
        if (minReadySeconds == 0 || since == null) {
            return Duration.ZERO;
        }
        return Duration.between(now, since.plusSeconds(minReadySeconds));
    }

    public static @Nullable Instant readySince(Pod pod) {
        var ready = condition(pod, "Ready");
        return ready == null || !"True".equals(ready.getStatus())
                ? null
                : Meta.time(ready.getLastTransitionTime());
    }

    /// The highest restart count among the pod's containers.
    public static int restarts(Pod pod) {
        if (pod.getStatus() == null || pod.getStatus().getContainerStatuses() == null) {
            return 0;
        }
        return pod.getStatus().getContainerStatuses().stream()
                .mapToInt(status -> Meta.orZero(status.getRestartCount()))
                .max()
                .orElse(0);
    }

    public static String node(Pod pod) {
        return pod.getSpec() == null ? "" : Meta.orEmpty(pod.getSpec().getNodeName());
    }
}
