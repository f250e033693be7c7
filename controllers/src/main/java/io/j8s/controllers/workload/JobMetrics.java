package io.j8s.controllers.workload;

import static io.j8s.controllers.runtime.Measures.Stability.ALPHA;
import static io.j8s.controllers.runtime.Measures.Stability.BETA;
import static io.j8s.controllers.runtime.Measures.Stability.STABLE;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.j8s.controllers.runtime.Measures;
import io.j8s.controllers.runtime.Meta;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// Upstream's `job_controller_*`. Safe for use by many threads.
final class JobMetrics {

    private static final String SUCCEEDED = "succeeded";
    private static final String FAILED = "failed";

    /// What a round came to, by upstream's names.
    enum Action {
        RECONCILING("reconciling"),
        TRACKING("tracking"),
        CREATED("pods_created"),
        DELETED("pods_deleted");

        private final String label;

        Action(String label) {
            this.label = label;
        }
    }

    /// What is known of one round when it ends; used by its thread.
    static final class Round {
        Action action = Action.RECONCILING;
        boolean isSuccess;
    }

    private final Histogram syncSeconds;
    private final Counter syncs;
    private final Counter ended;
    private final Counter podsEnded;
    private final Counter podsCreated;
    private final Counter external;
    private final Counter tracked;
    private final Counter byPolicy;
    private final Counter indexes;

    JobMetrics(Measures measures) {
        syncSeconds =
                measures.histogram(
                        STABLE,
                        "job_controller_job_sync_duration_seconds",
                        "The time it took to sync a job",
                        Measures.powers(0.004, 2, 15),
                        "completion_mode",
                        "result",
                        "action");
        syncs =
                measures.counter(
                        STABLE,
                        "job_controller_job_syncs_total",
                        "The number of job syncs",
                        "completion_mode",
                        "result",
                        "action");
        ended =
                measures.counter(
                        STABLE,
                        "job_controller_jobs_finished_total",
                        "The number of finished jobs",
                        "completion_mode",
                        "result",
                        "reason");
        podsEnded =
                measures.counter(
                        STABLE,
                        "job_controller_job_pods_finished_total",
                        "The number of finished Pods that are fully tracked",
                        "completion_mode",
                        "result");
        podsCreated =
                measures.counter(
                        ALPHA,
                        "job_controller_job_pods_creation_total",
                        """
                        The number of Pods created by the Job controller labelled with a reason for the Pod creation.
                        This metric also distinguishes between Pods created using different PodReplacementPolicy settings.
                        Possible values of the "reason" label are:
                        "new", "recreate_terminating_or_failed", "recreate_failed".
                        Possible values of the "status" label are:
                        "succeeded", "failed".\
                        """,
                        "reason",
                        "status");
        external =
                measures.counter(
                        ALPHA,
                        "job_controller_jobs_by_external_controller_total",
                        "The number of Jobs managed by an external controller",
                        "controller_name");
        tracked =
                measures.counter(
                        BETA,
                        "job_controller_terminated_pods_tracking_finalizer_total",
                        """
                        The number of terminated pods (phase=Failed|Succeeded)
                        that have the finalizer batch.kubernetes.io/job-tracking
                        The event label can be "add" or "delete".\
                        """,
                        "event");
        byPolicy =
                measures.counter(
                        BETA,
                        "job_controller_pod_failures_handled_by_failure_policy_total",
                        // upstream's text keeps the tabs of its source
                        """
                        The number of failed Pods handled by failure policy with
                        \t\t\trespect to the failure policy action applied based on the matched
                        \t\t\trule. Possible values of the action label correspond to the
                        \t\t\tpossible values for the failure policy rule action, which are:
                        \t\t\t"FailJob", "Ignore" and "Count".\
                        """,
                        "action");
        indexes =
                measures.counter(
                        ALPHA,
                        "job_controller_job_finished_indexes_total",
                        """
                        The number of finished indexes. Possible values for the
                        \t\t\tstatus label are: "succeeded", "failed". Possible values for the
                        \t\t\tbackoffLimit label are: "perIndex" and "global"\
                        """,
                        "status",
                        "backoffLimit");
    }

    void synced(Job job, Round round, double seconds) {
        var mode = mode(job);
        var result = round.isSuccess ? "success" : "error";
        syncSeconds.labelValues(mode, result, round.action.label).observe(seconds);
        syncs.labelValues(mode, result, round.action.label).inc();
    }

    void ended(Job job, JobCondition end) {
        var result = end.getType().equals("Complete") ? SUCCEEDED : FAILED;
        ended.labelValues(mode(job), result, end.getReason()).inc();
    }

    /// The failure policy had something to say about pods that are counted now.
    ///
    /// @param pods how many, by action
    void judged(Map<String, Integer> pods) {
        pods.forEach((action, count) -> byPolicy.labelValues(action).inc(count));
    }

    /// Follows the counts of a job's pods through what is stored of it.
    Counts counts(Job job) {
        return new Counts(job);
    }

    /// The counts that are told already; used by one thread.
    final class Counts {
        private int succeeded;
        private int failed;
        private int failedIndexes;

        private Counts(Job job) {
            take(job);
        }

        private void take(Job job) {
            var status = job.getStatus();
            succeeded = Meta.orZero(status.getSucceeded());
            failed = Meta.orZero(status.getFailed());
            failedIndexes = JobMetrics.failedIndexes(job);
        }

        /// The job is stored with other counts.
        void stored(Job job) {
            var status = job.getStatus();
            int more = Math.max(0, Meta.orZero(status.getSucceeded()) - succeeded);
            if (JobRules.isIndexed(job)) {
                var limit = job.getSpec().getBackoffLimitPerIndex() == null ? "global" : "perIndex";
                indexes.labelValues(SUCCEEDED, limit).inc(more);
                int moreIndexes = JobMetrics.failedIndexes(job) - failedIndexes;
                if (moreIndexes > 0) {
                    indexes.labelValues(FAILED, limit).inc(moreIndexes);
                }
            }
            podsEnded.labelValues(mode(job), SUCCEEDED).inc(more);
            podsEnded
                    .labelValues(mode(job), FAILED)
                    .inc(Math.max(0, Meta.orZero(status.getFailed()) - failed));
            take(job);
        }
    }

    private static int failedIndexes(Job job) {
        var text = job.getStatus().getFailedIndexes();
        var completions = job.getSpec().getCompletions();
        return text == null || completions == null
                ? 0
                : Indexes.parse(text, completions).cardinality();
    }

    /// @param hasFailed whether any pod of the job has failed so far
    void created(Job job, boolean hasFailed, boolean hasTerminating, int succeeded, int failed) {
        var reason =
                JobRules.replacesOnlyFailed(job) && hasFailed
                        ? "recreate_failed"
                        : hasFailed || hasTerminating ? "recreate_terminating_or_failed" : "new";
        if (succeeded > 0) {
            podsCreated.labelValues(reason, SUCCEEDED).inc(succeeded);
        }
        if (failed > 0) {
            podsCreated.labelValues(reason, FAILED).inc(failed);
        }
    }

    void isManagedBy(String controller) {
        external.labelValues(controller).inc();
    }

    /// A pod has changed: those that have ended and are not counted yet show whether we keep up.
    void podChanged(@Nullable Pod before, @Nullable Pod after) {
        boolean was = before != null && isWaiting(before);
        boolean is = after != null && isWaiting(after);
        if (was != is) {
            tracked.labelValues(is ? "add" : "delete").inc();
        }
    }

    private static boolean isWaiting(Pod pod) {
        return PodRules.isTerminal(pod) && JobRules.isTracked(pod);
    }

    private static String mode(Job job) {
        return JobRules.isIndexed(job) ? "Indexed" : "NonIndexed";
    }
}
