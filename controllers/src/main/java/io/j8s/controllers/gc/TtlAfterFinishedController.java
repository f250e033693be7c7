package io.j8s.controllers.gc;

import static io.j8s.controllers.runtime.Measures.Stability.ALPHA;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Measures;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.core.metrics.Histogram;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Deletes finished jobs when their `ttlSecondsAfterFinished` is over (upstream:
/// `pkg/controller/ttlafterfinished`). The last look is at the server, because the TTL may have
/// changed a moment ago.
public final class TtlAfterFinishedController implements Controller {

    private final Api api;
    private final Timers timers;
    private final Informer<Job> jobs;
    private final List<ControllerLoop<?>> loops;
    private final Histogram delays;

    public TtlAfterFinishedController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.jobs = context.informer(Kinds.JOBS);
        this.delays =
                context.measures()
                        .histogram(
                                ALPHA,
                                "ttl_after_finished_controller_job_deletion_duration_seconds",
                                "The time it took to delete the job since it became eligible for"
                                        + " deletion",
                                Measures.powers(0.1, 2, 14));
        var queue = context.queue("ttl_jobs_to_delete");
        this.loops = List.of(context.loop(queue, this::reconcile, 5));
        jobs.onChange((_, after) -> {
            if (after != null && expiry(after).isPresent()) {
                queue.add(Meta.key(after));
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    Outcome reconcile(ObjectKey key) {
        var cached = jobs.get(key).flatMap(TtlAfterFinishedController::expiry);
        if (cached.isEmpty()) {
            return Outcome.DONE;
        }
        var left = Duration.between(timers.now(), cached.get());
        if (left.isPositive()) {
            return new Outcome.Again(left);
        }
        try {
            var fresh = api.get(Kinds.JOBS, key);
            var expiry = expiry(fresh);
            if (expiry.isEmpty() || expiry.get().isAfter(timers.now())) {
                return Outcome.DONE; // the change of the TTL brings it back
            }
            api.delete(
                    Kinds.JOBS,
                    key,
                    new Api.Delete(
                            "Foreground",
                            Meta.uid(fresh),
                            fresh.getMetadata().getResourceVersion(),
                            null));
            delays.observe(Duration.between(expiry.get(), timers.now()).toNanos() / 1e9);
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
        return Outcome.DONE;
    }

    /// When the job is to go; empty when it is not finished or has no TTL.
    static Optional<Instant> expiry(Job job) {
        var ttl = job.getSpec().getTtlSecondsAfterFinished();
        if (ttl == null || job.getStatus() == null || Meta.isTerminating(job)) {
            return Optional.empty();
        }
        return job.getStatus().getConditions().stream()
                .filter(c -> c.getType().equals("Complete") || c.getType().equals("Failed"))
                .filter(c -> c.getStatus().equals("True"))
                .findFirst()
                .map(c -> Meta.time(c.getLastTransitionTime()))
                .map(end -> end.plusSeconds(ttl));
    }
}
