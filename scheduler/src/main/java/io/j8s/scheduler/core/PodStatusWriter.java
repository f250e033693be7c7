package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;
import java.util.ArrayList;

/// Writes what the scheduler says in a pod's status: a condition, a nomination. Nothing is written
/// that is there already, so that a pod that waits costs nothing. Safe for use by many threads.
public final class PodStatusWriter {

    private static final Logger log = LoggerFactory.getLogger(PodStatusWriter.class);

    private final Api api;
    private final Timers timers;

    public PodStatusWriter(Api api, Timers timers) {
        this.api = api;
        this.timers = timers;
    }

    /// A condition that is to stand in the status.
    public record Condition(String type, String status, String reason, String message) {}

    /// Writes the difference to `pod`, if any; a refusal is only noted.
    ///
    /// @param nominated null leaves the nomination as it is, empty takes it back
    void tell(Pod pod, @Nullable Condition condition, @Nullable String nominated) {
        try {
            write(pod, condition, nominated);
        } catch (StatusException | UncheckedIOException failed) {
            log.atDebug()
                    .addKeyValue("pod", Meta.key(pod))
                    .addKeyValue("cause", failed.getMessage())
                    .log("could not update the pod's status");
        }
    }

    /// The same, but refusals are thrown.
    public void write(Pod pod, @Nullable Condition condition, @Nullable String nominated) {
        var status = pod.getStatus();
        String known = status == null ? "" : Meta.orEmpty(status.getNominatedNodeName());
        String promised = known.equals(nominated) ? null : nominated;
        var parts = new ArrayList<String>();
        if (condition != null && isNews(pod, condition, promised != null)) {
            parts.add("\"conditions\":[" + json(pod, condition) + "]");
        }
        if (promised != null) {
            parts.add(
                    "\"nominatedNodeName\":"
                            + (promised.isEmpty() ? "null" : FieldErrors.quote(promised)));
        }
        if (!parts.isEmpty()) {
            api.patch(
                    Kinds.PODS,
                    Meta.key(pod),
                    Api.Patch.strategic(
                                    "{\"metadata\":{\"uid\":%s},\"status\":{%s}}"
                                            .formatted(
                                                    FieldErrors.quote(Meta.uid(pod)),
                                                    String.join(",", parts)))
                            .on("status"));
        }
    }

    private String json(Pod pod, Condition condition) {
        var old = find(pod, condition.type());
        // upstream: the time of the transition stays while the status does
        String since =
                old != null && condition.status().equals(old.getStatus())
                        ? Meta.orEmpty(old.getLastTransitionTime())
                        : "";
        return """
        {"type":"%s","status":"%s","observedGeneration":%d,"reason":"%s","message":%s,\
        "lastProbeTime":null,"lastTransitionTime":"%s"}\
        """
                .formatted(
                        condition.type(),
                        condition.status(),
                        Meta.generation(pod),
                        condition.reason(),
                        FieldErrors.quote(condition.message()),
                        since.isEmpty() ? Meta.timestamp(timers.now()) : since);
    }

    /// Whether a condition is to be written. That it was found again of a later generation is told
    /// only when something else is.
    private static boolean isNews(Pod pod, Condition condition, boolean writesAnyway) {
        var old = find(pod, condition.type());
        return old == null
                || !condition.status().equals(old.getStatus())
                || !condition.reason().equals(old.getReason())
                || !condition.message().equals(old.getMessage())
                || (writesAnyway
                        && Meta.generation(pod) != Meta.orZero(old.getObservedGeneration()));
    }

    private static @Nullable PodCondition find(Pod pod, String type) {
        if (pod.getStatus() == null) {
            return null;
        }
        for (var condition : pod.getStatus().getConditions()) {
            if (type.equals(condition.getType())) {
                return condition;
            }
        }
        return null;
    }
}
