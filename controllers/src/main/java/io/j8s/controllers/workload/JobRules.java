package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyOnExitCodesRequirement;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import io.fabric8.kubernetes.api.model.batch.v1.SuccessPolicy;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/// What a job's pods mean for the job, pure (upstream: `pkg/controller/job/*_policy.go`,
/// `backoff_utils.go`, `indexed_job_utils.go`).
final class JobRules {

    static final String FINALIZER = "batch.kubernetes.io/job-tracking";
    static final String INDEX = "batch.kubernetes.io/job-completion-index";
    static final String INDEX_FAILURES = "batch.kubernetes.io/job-index-failure-count";
    static final String INDEX_IGNORED = "batch.kubernetes.io/job-index-ignored-failure-count";
    static final String CONTROLLER_NAME = "kubernetes.io/job-controller";

    private static final Duration BACKOFF =
            Duration.ofSeconds(10); // upstream: JobPodFailureBackOff
    private static final Duration BACKOFF_MAX = Duration.ofMinutes(10);

    private JobRules() {}

    static boolean isIndexed(Job job) {
        return "Indexed".equals(job.getSpec().getCompletionMode());
    }

    static boolean isSuspended(Job job) {
        return Boolean.TRUE.equals(job.getSpec().getSuspend());
    }

    static boolean isFinished(Job job) {
        return has(job, "Complete") || has(job, "Failed");
    }

    static boolean has(Job job, String condition) {
        var found = condition(conditions(job), condition);
        return found != null && "True".equals(found.getStatus());
    }

    static List<JobCondition> conditions(Job job) {
        return job.getStatus() == null ? List.of() : job.getStatus().getConditions();
    }

    static @Nullable JobCondition condition(List<JobCondition> conditions, String type) {
        return conditions.stream().filter(c -> c.getType().equals(type)).findFirst().orElse(null);
    }

    static JobCondition condition(
            String type, String status, String reason, String message, Instant now) {
        return new JobConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .withLastProbeTime(Meta.timestamp(now))
                .withLastTransitionTime(Meta.timestamp(now))
                .build();
    }

    /// Sets a condition; one that would be new and False is left out. Whether anything changed.
    static boolean ensure(List<JobCondition> conditions, JobCondition next) {
        var known = condition(conditions, next.getType());
        if (known == null) {
            if (next.getStatus().equals("False")) {
                return false;
            }
            conditions.add(next);
            return true;
        }
        if (known.getStatus().equals(next.getStatus())
                && Objects.equals(known.getReason(), next.getReason())
                && Objects.equals(known.getMessage(), next.getMessage())) {
            return false;
        }
        conditions.set(conditions.indexOf(known), next);
        return true;
    }

    static boolean isTracked(Pod pod) {
        return Meta.finalizers(pod).contains(FINALIZER);
    }

    static boolean replacesOnlyFailed(Job job) {
        return "Failed".equals(job.getSpec().getPodReplacementPolicy());
    }

    static boolean isFailed(Pod pod, Job job) {
        if (PodRules.isFailed(pod)) {
            return true;
        }
        return !replacesOnlyFailed(job) && Meta.isTerminating(pod) && !PodRules.isSucceeded(pod);
    }

    /// The pod's completion index; negative for none.
    static int index(Pod pod) {
        return number(Meta.annotations(pod).get(INDEX), -1);
    }

    static int indexFailures(Pod pod) {
        return number(Meta.annotations(pod).get(INDEX_FAILURES), 0);
    }

    static int allIndexFailures(Pod pod) {
        return indexFailures(pod) + number(Meta.annotations(pod).get(INDEX_IGNORED), 0);
    }

    private static int number(@Nullable String text, int otherwise) {
        try {
            return text == null ? otherwise : Math.max(Integer.parseInt(text), otherwise);
        } catch (NumberFormatException _) {
            return otherwise;
        }
    }

    /// What the failure policy says of a failed pod.
    ///
    /// @param failJob the message with which the whole job fails, or null
    /// @param counts whether the failure counts towards the limits
    /// @param action empty when no rule matches
    record Judgement(@Nullable String failJob, boolean counts, String action) {}

    static Judgement judge(Job job, Pod pod) {
        var policy = job.getSpec().getPodFailurePolicy();
        if (policy == null) {
            return new Judgement(null, true, "");
        }
        for (int i = 0; i < policy.getRules().size(); i++) {
            var rule = policy.getRules().get(i);
            var match = match(rule, pod);
            if (match != null) {
                var action = rule.getAction();
                return switch (action) {
                    case "Ignore" -> new Judgement(null, false, action);
                    case "FailJob" ->
                            new Judgement(
                                    "%s matching FailJob rule at index %d".formatted(match, i),
                                    true,
                                    action);
                    default -> new Judgement(null, true, action);
                };
            }
        }
        return new Judgement(null, true, "");
    }

    private static @Nullable String match(PodFailurePolicyRule rule, Pod pod) {
        if (rule.getOnExitCodes() != null) {
            var statuses = new ArrayList<>(pod.getStatus().getContainerStatuses());
            statuses.addAll(pod.getStatus().getInitContainerStatuses());
            return statuses.stream()
                    .filter(status -> matches(rule.getOnExitCodes(), status))
                    .findFirst()
                    .map(status ->
                            "Container %s for pod %s failed with exit code %d"
                                    .formatted(
                                            status.getName(),
                                            Meta.key(pod),
                                            status.getState().getTerminated().getExitCode()))
                    .orElse(null);
        }
        for (var condition : pod.getStatus().getConditions()) {
            for (var pattern : rule.getOnPodConditions()) {
                if (pattern.getType().equals(condition.getType())
                        && Objects.equals(pattern.getStatus(), condition.getStatus())) {
                    return "Pod %s has condition %s".formatted(Meta.key(pod), condition.getType());
                }
            }
        }
        return null;
    }

    private static boolean matches(
            PodFailurePolicyOnExitCodesRequirement wanted, ContainerStatus status) {
        var ended = status.getState() == null ? null : status.getState().getTerminated();
        if (ended == null
                || Meta.orZero(ended.getExitCode()) == 0
                || (wanted.getContainerName() != null
                        && !wanted.getContainerName().equals(status.getName()))) {
            return false;
        }
        boolean listed = wanted.getValues().contains(ended.getExitCode());
        return wanted.getOperator().equals("In") == listed;
    }

    static boolean isIndexFailed(Job job, Pod pod) {
        if (!isFailed(pod, job)) {
            return false;
        }
        var judgement = judge(job, pod);
        return judgement.action.equals("FailIndex")
                || (judgement.counts
                        && indexFailures(pod)
                                >= Meta.orZero(job.getSpec().getBackoffLimitPerIndex()));
    }

    /// `Matched rules at index N`, or null when the success policy is not met.
    static @Nullable String successPolicy(
            @Nullable SuccessPolicy policy, int completions, BitSet succeeded) {
        if (policy == null || succeeded.isEmpty()) {
            return null;
        }
        for (int i = 0; i < policy.getRules().size(); i++) {
            var rule = policy.getRules().get(i);
            boolean met;
            if (rule.getSucceededIndexes() != null) {
                var wanted = Indexes.parse(rule.getSucceededIndexes(), completions);
                var both = (BitSet) wanted.clone();
                both.and(succeeded);
                met =
                        !wanted.isEmpty()
                                && (both.cardinality() == wanted.cardinality()
                                        || (rule.getSucceededCount() != null
                                                && both.cardinality() >= rule.getSucceededCount()));
            } else {
                met =
                        rule.getSucceededCount() != null
                                && succeeded.cardinality() >= rule.getSucceededCount();
            }
            if (met) {
                return "Matched rules at index " + i;
            }
        }
        return null;
    }

    /// Whether restarts in place used the limit up (restartPolicy OnFailure).
    static boolean isPastRestarts(Job job, Collection<Pod> pods) {
        if (!"OnFailure".equals(job.getSpec().getTemplate().getSpec().getRestartPolicy())) {
            return false;
        }
        int restarts = 0;
        for (var pod : pods) {
            var phase = PodRules.phase(pod);
            if (phase.equals("Running") || phase.equals("Pending")) {
                restarts +=
                        restarts(pod.getStatus().getContainerStatuses())
                                + restarts(pod.getStatus().getInitContainerStatuses());
            }
        }
        int limit = limit(job);
        return limit == 0 ? restarts > 0 : restarts >= limit;
    }

    private static int restarts(List<ContainerStatus> statuses) {
        return statuses.stream().mapToInt(s -> Meta.orZero(s.getRestartCount())).sum();
    }

    static int limit(Job job) {
        var limit = job.getSpec().getBackoffLimit();
        return limit == null ? 6 : limit;
    }

    /// How often pods failed since one last succeeded, and when the last one did.
    record Failures(int count, @Nullable Instant last) {
        static final Failures NONE = new Failures(0, null);

        Failures after(List<Pod> succeeded, List<Pod> failed) {
            var ends = failed.stream().map(JobRules::finished).sorted().toList();
            if (succeeded.isEmpty()) {
                return ends.isEmpty() ? this : new Failures(count + ends.size(), ends.getLast());
            }
            var success =
                    succeeded.stream()
                            .map(JobRules::finished)
                            .max(Comparator.naturalOrder())
                            .orElse(Instant.EPOCH);
            var since = ends.stream().filter(end -> end.isAfter(success)).toList();
            return since.isEmpty() ? NONE : new Failures(since.size(), since.getLast());
        }

        Duration remaining(Instant now) {
            if (count == 0 || last == null) {
                return Duration.ZERO;
            }
            var wait = BACKOFF;
            for (int i = 1; i < count && wait.compareTo(BACKOFF_MAX) < 0; i++) {
                wait = wait.multipliedBy(2);
            }
            wait = wait.compareTo(BACKOFF_MAX) > 0 ? BACKOFF_MAX : wait;
            var left = wait.minus(Duration.between(last, now));
            return left.isNegative() ? Duration.ZERO : left;
        }
    }

    static Instant finished(Pod pod) {
        Instant last = null;
        for (var status : pod.getStatus().getContainerStatuses()) {
            var ended = status.getState() == null ? null : status.getState().getTerminated();
            var at = ended == null ? null : Meta.time(ended.getFinishedAt());
            if (at == null) {
                last = null;
                break;
            }
            last = last == null || at.isAfter(last) ? at : last;
        }
        if (last != null) {
            return last;
        }
        var ready = PodRules.condition(pod, "Ready");
        var since = ready == null ? null : Meta.time(ready.getLastTransitionTime());
        if (ready != null && "False".equals(ready.getStatus()) && since != null) {
            return since;
        }
        var deletion = Meta.time(pod.getMetadata().getDeletionTimestamp());
        if (deletion != null) {
            return deletion.minusSeconds(
                    Meta.orZero(pod.getMetadata().getDeletionGracePeriodSeconds()));
        }
        return Meta.created(pod);
    }
}
