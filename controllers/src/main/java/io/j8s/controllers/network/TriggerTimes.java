package io.j8s.controllers.network;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.workload.PodRules;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// When what endpoints are about to tell happened: the oldest change since they were looked at last
/// (upstream: `TriggerTimeTracker`). Each service is asked for by one thread at a time.
final class TriggerTimes {

    private record State(Instant service, Map<String, Instant> pods) {}

    private final Map<ObjectKey, State> states = new ConcurrentHashMap<>();

    /// The annotation's text, or null when nothing has changed that has a time: then the annotation
    /// goes.
    @Nullable String next(Service service, Collection<Pod> pods) {
        var created = Meta.created(service);
        var times = new HashMap<String, Instant>();
        for (var pod : pods) {
            var ready = PodRules.condition(pod, "Ready");
            var at = ready == null ? null : Meta.time(ready.getLastTransitionTime());
            if (at != null) {
                times.put(Meta.name(pod), at);
            }
        }
        var before = states.put(Meta.key(service), new State(created, Map.copyOf(times)));
        if (before == null) {
            return Meta.timestamp(created);
        }
        var oldest = created.isAfter(before.service) ? created : null;
        for (var each : times.entrySet()) {
            var last = before.pods.get(each.getKey());
            boolean isNew = last == null || each.getValue().isAfter(last);
            if (isNew && (oldest == null || each.getValue().isBefore(oldest))) {
                oldest = each.getValue();
            }
        }
        return oldest == null ? null : Meta.timestamp(oldest);
    }

    void forget(ObjectKey service) {
        states.remove(service);
    }
}
