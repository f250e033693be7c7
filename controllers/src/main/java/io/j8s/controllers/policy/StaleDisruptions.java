package io.j8s.controllers.policy;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.controllers.workload.PodRules;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;

/// Takes the word back that a pod is about to be disrupted where nobody deleted it in the end
/// (upstream: the disruption controller's stale pod disruption queue).
final class StaleDisruptions {

    private static final Duration TIMEOUT = Duration.ofMinutes(2); // stalePodDisruptionTimeout
    private static final String TYPE = "DisruptionTarget";

    private final Api api;
    private final Timers timers;
    private final Informer<Pod> pods;
    private final ControllerLoop<?> loop;

    StaleDisruptions(ControllerContext context, Informer<Pod> pods) {
        this.api = context.api();
        this.timers = context.timers();
        this.pods = pods;
        WorkQueue<ObjectKey> queue = context.queue("stale_pod_disruption");
        this.loop = context.loop(queue, this::reconcile, 1);
        pods.onChange((_, after) -> {
            if (after != null && staleFrom(after) != null) {
                queue.add(Meta.key(after));
            }
        });
    }

    ControllerLoop<?> loop() {
        return loop;
    }

    /// Pure: when what a pod says of its disruption is stale; null for a pod that goes or that says
    /// nothing. What a kubelet says holds, since ending a pod may take it any time.
    static @Nullable Instant staleFrom(Pod pod) {
        var condition = PodRules.condition(pod, TYPE);
        if (condition == null
                || !"True".equals(condition.getStatus())
                || "TerminationByKubelet".equals(condition.getReason())
                || Meta.isTerminating(pod)
                || PodRules.isTerminal(pod)) {
            return null;
        }
        var since = Meta.time(condition.getLastTransitionTime());
        return since == null ? Instant.EPOCH : since.plus(TIMEOUT);
    }

    private Outcome reconcile(ObjectKey key) {
        var pod = pods.get(key).orElse(null);
        var stale = pod == null ? null : staleFrom(pod);
        if (pod == null || stale == null) {
            return Outcome.DONE;
        }
        var left = Duration.between(timers.now(), stale);
        if (left.isPositive()) {
            return new Outcome.Again(left);
        }
        var body =
                "{\"metadata\":{\"uid\":\"%s\",\"resourceVersion\":\"%s\"},\"status\":{\"conditions\":[{\"type\":\"DisruptionTarget\",\"status\":\"False\",\"reason\":null,\"message\":null,\"lastTransitionTime\":\"%s\",\"observedGeneration\":%d}]}}"
                        .formatted(
                                Meta.uid(pod),
                                pod.getMetadata().getResourceVersion(),
                                Meta.timestamp(timers.now()),
                                Meta.generation(pod));
        try {
            api.patch(Kinds.PODS, key, Api.Patch.strategic(body).on("status"));
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
        return Outcome.DONE;
    }
}
