package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Deletes objects of a kind when their time has come. Each is looked at when it is due, instead of
/// all of them now and then.
public final class Expiring<T extends HasMetadata> implements Controller {

    private final Api api;
    private final Timers timers;
    private final Informer<T> objects;
    private final Function<T, Optional<Instant>> end;
    private final List<ControllerLoop<?>> loops;

    /// @param end when an object is to go; empty while there is no reason
    public Expiring(
            ControllerContext context,
            String queueName,
            Informer<T> objects,
            Function<T, Optional<Instant>> end) {
        this.api = context.api();
        this.timers = context.timers();
        this.objects = objects;
        this.end = end;
        var queue = context.queue(queueName);
        this.loops = List.of(context.loop(queue, this::reconcile, 1));
        objects.onChange((_, after) -> {
            if (after != null) {
                queue.add(Meta.key(after));
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private Outcome reconcile(ObjectKey key) {
        var object = objects.get(key);
        var due = object.flatMap(end);
        if (object.isEmpty() || due.isEmpty()) {
            return Outcome.DONE;
        }
        var left = Duration.between(timers.now(), due.get());
        if (left.isPositive()) {
            return new Outcome.Again(left);
        }
        try {
            api.delete(objects.kind(), key, Api.Delete.PLAIN.onlyUid(Meta.uid(object.get())));
        } catch (StatusException refused) {
            // gone, or another one of that name by now
            if (!refused.isNotFound() && !refused.isConflict()) {
                throw refused;
            }
        }
        return Outcome.DONE;
    }
}
