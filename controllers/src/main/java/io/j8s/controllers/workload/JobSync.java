package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatus;
import io.fabric8.kubernetes.api.model.batch.v1.UncountedTerminatedPods;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.workload.JobRules.Failures;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// The state of one round over one job: what its pods say, and the status that grows from it. Used
/// by one thread and thrown away. It decides; [JobController] calls the API.
///
/// A pod is counted exactly once: its uid first enters `status.uncountedTerminatedPods`, then the
/// pod loses its finalizer, then the uid moves from there into the counter. Whatever fails in
/// between is taken up from the status by the next round.
final class JobSync {

    private static final int UNCOUNTED_MAX = 500; // upstream: MaxUncountedPods

    private final Job job;
    private final JobStatus status;
    private final List<Pod> pods;
    private final Set<String> released;
    private final Instant now;
    private final Set<String> uncountedSucceeded;
    private final Set<String> uncountedFailed;
    private final BitSet completedBefore;
    private final BitSet completed;
    private final @Nullable BitSet failedIndexes;
    private final Map<Integer, Pod> delayed = new HashMap<>();
    private final int succeeded;
    private final int failed;
    private final Failures failures;
    private List<Pod> active;
    private int terminating;
    private int ready;
    private @Nullable JobCondition end;

    /// @param released uids whose finalizer this process took away though the cache still shows it
    JobSync(Job cached, List<Pod> pods, Set<String> released, Failures before, Instant now) {
        this.job = new JobBuilder(cached).build();
        if (job.getStatus() == null) {
            job.setStatus(new JobStatus());
        }
        this.status = job.getStatus();
        if (status.getUncountedTerminatedPods() == null) {
            status.setUncountedTerminatedPods(new UncountedTerminatedPods());
        }
        this.pods = pods;
        this.released = released;
        this.now = now;
        this.uncountedSucceeded = new HashSet<>(uncounted().getSucceeded());
        this.uncountedFailed = new HashSet<>(uncounted().getFailed());
        this.active = pods.stream().filter(PodRules::isActive).toList();
        this.ready = (int) active.stream().filter(PodRules::isReady).count();
        this.terminating = (int) pods.stream().filter(PodRules::isTerminatingAlive).count();
        var newSucceeded = fresh(uncountedSucceeded, PodRules::isSucceeded);
        var newFailed = fresh(uncountedFailed, pod -> JobRules.isFailed(pod, job));
        this.failures = before.after(newSucceeded, newFailed);
        int counted =
                (int) newFailed.stream().filter(pod -> JobRules.judge(job, pod).counts()).count();
        this.failed = Meta.orZero(status.getFailed()) + counted + uncountedFailed.size();
        this.completedBefore = Indexes.parse(status.getCompletedIndexes(), completionsOrZero());
        this.completed = (BitSet) completedBefore.clone();
        this.failedIndexes = failedIndexes();
        if (JobRules.isIndexed(job)) {
            countIndexes();
            this.succeeded = completed.cardinality();
        } else {
            this.succeeded =
                    Meta.orZero(status.getSucceeded())
                            + newSucceeded.size()
                            + uncountedSucceeded.size();
        }
        if (status.getStartTime() == null && !JobRules.isSuspended(job)) {
            status.setStartTime(Meta.timestamp(now));
        }
    }

    Job job() {
        return job;
    }

    List<Pod> active() {
        return active;
    }

    int failed() {
        return failed;
    }

    int terminating() {
        return terminating;
    }

    int succeeded() {
        return succeeded;
    }

    Failures failures() {
        return failures;
    }

    @Nullable JobCondition end() {
        return end;
    }

    void end(@Nullable JobCondition condition) {
        this.end = condition;
    }

    private UncountedTerminatedPods uncounted() {
        return status.getUncountedTerminatedPods();
    }

    private int completionsOrZero() {
        return Meta.orZero(job.getSpec().getCompletions());
    }

    private boolean isTracked(Pod pod) {
        return JobRules.isTracked(pod) && !released.contains(Meta.uid(pod));
    }

    private boolean hasValidIndex(Pod pod) {
        int index = JobRules.index(pod);
        return index >= 0 && index < completionsOrZero();
    }

    private List<Pod> fresh(Set<String> known, Predicate<Pod> finished) {
        return pods.stream()
                .filter(this::isTracked)
                .filter(pod -> !known.contains(Meta.uid(pod)))
                .filter(pod -> !JobRules.isIndexed(job) || hasValidIndex(pod))
                .filter(finished)
                .toList();
    }

    private @Nullable BitSet failedIndexes() {
        return JobRules.isIndexed(job) && job.getSpec().getBackoffLimitPerIndex() != null
                ? Indexes.parse(status.getFailedIndexes(), completionsOrZero())
                : null;
    }

    private void countIndexes() {
        for (var pod : pods) {
            if (!hasValidIndex(pod) || !JobRules.isTracked(pod)) {
                continue;
            }
            if (PodRules.isSucceeded(pod)) {
                completed.set(JobRules.index(pod));
            }
            if (failedIndexes != null && JobRules.isIndexFailed(job, pod)) {
                failedIndexes.set(JobRules.index(pod));
            }
        }
        if (failedIndexes != null) {
            delayFinalizers(failedIndexes);
        }
    }

    /// The last failed pod of an index that will run again keeps its finalizer until its successor
    /// is there: it carries the index's count of failures.
    private void delayFinalizers(BitSet failedAlready) {
        var running = indexesOf(active);
        for (var pod : pods) {
            int index = JobRules.index(pod);
            if (!isTracked(pod)
                    || !hasValidIndex(pod)
                    || !JobRules.isFailed(pod, job)
                    || completed.get(index)
                    || failedAlready.get(index)
                    || running.get(index)) {
                continue;
            }
            delayed.merge(
                    index,
                    pod,
                    (a, b) ->
                            JobRules.allIndexFailures(a) <= JobRules.allIndexFailures(b)
                                            && !JobRules.finished(b).isBefore(JobRules.finished(a))
                                    ? b
                                    : a);
        }
    }

    private static BitSet indexesOf(List<Pod> pods) {
        var set = new BitSet();
        pods.stream().mapToInt(JobRules::index).filter(i -> i >= 0).forEach(set::set);
        return set;
    }

    /// Decides whether the job has come to its end.
    void judge() {
        var met = JobRules.condition(status.getConditions(), "SuccessCriteriaMet");
        if (met != null && met.getStatus().equals("True")) {
            end = met;
            return;
        }
        var target = JobRules.condition(status.getConditions(), "FailureTarget");
        if (target != null && target.getStatus().equals("True")) {
            end = failedAfter(target);
            return;
        }
        var message =
                pods.stream()
                        .filter(pod -> JobRules.isFailed(pod, job))
                        .map(pod -> JobRules.judge(job, pod).failJob())
                        .filter(java.util.Objects::nonNull)
                        .findFirst();
        if (message.isPresent()) {
            end = failure("PodFailurePolicy", message.get());
        } else if (failed > JobRules.limit(job) || JobRules.isPastRestarts(job, pods)) {
            end = failure("BackoffLimitExceeded", "Job has reached the specified backoff limit");
        } else if (untilDeadline() != null && !untilDeadline().isPositive()) {
            end = failure("DeadlineExceeded", "Job was active longer than specified deadline");
        } else if (JobRules.isIndexed(job)) {
            judgeIndexes();
        }
    }

    private void judgeIndexes() {
        if (failedIndexes != null) {
            int count = failedIndexes.cardinality();
            var max = job.getSpec().getMaxFailedIndexes();
            if (max != null && count > max) {
                end =
                        failure(
                                "MaxFailedIndexesExceeded",
                                "Job has exceeded the specified maximal number of failed indexes");
            } else if (count > 0 && count + completed.cardinality() >= completionsOrZero()) {
                end = failure("FailedIndexes", "Job has failed indexes");
            }
        }
        if (end == null) {
            var message =
                    JobRules.successPolicy(
                            job.getSpec().getSuccessPolicy(), completionsOrZero(), completed);
            if (message != null) {
                end =
                        JobRules.condition(
                                "SuccessCriteriaMet", "True", "SuccessPolicy", message, now);
            }
        }
    }

    private JobCondition failure(String reason, String message) {
        return JobRules.condition("FailureTarget", "True", reason, message, now);
    }

    private JobCondition failedAfter(JobCondition target) {
        return JobRules.condition("Failed", "True", target.getReason(), target.getMessage(), now);
    }

    /// What is left of `activeDeadlineSeconds`; null without one or before the start.
    @Nullable Duration untilDeadline() {
        var seconds = job.getSpec().getActiveDeadlineSeconds();
        var start = Meta.time(status.getStartTime());
        return seconds == null || start == null || JobRules.isSuspended(job)
                ? null
                : Duration.between(now, start.plusSeconds(seconds));
    }

    /// Pods were deleted or created: the counts change before the cache does.
    void removed(List<Pod> gone) {
        var uids = gone.stream().map(Meta::uid).collect(java.util.stream.Collectors.toSet());
        ready -= (int) gone.stream().filter(PodRules::isReady).count();
        terminating += gone.size();
        active = active.stream().filter(pod -> !uids.contains(Meta.uid(pod))).toList();
    }

    int wantActive() {
        int parallelism =
                job.getSpec().getParallelism() == null ? 1 : job.getSpec().getParallelism();
        var completions = job.getSpec().getCompletions();
        if (completions == null) {
            return succeeded > 0 ? active.size() : parallelism;
        }
        return Math.clamp(completions - (long) succeeded, 0, parallelism);
    }

    boolean isComplete(int activeNow) {
        var completions = job.getSpec().getCompletions();
        return activeNow == 0 && (completions == null ? succeeded > 0 : succeeded >= completions);
    }

    /// The active pods to remove: those of doubled or too high indexes always, then the worst.
    List<Pod> surplus(int atLeast) {
        var rm = new ArrayList<Pod>();
        var left = new ArrayList<Pod>();
        var order = PodRanking.order(List.of(), now);
        if (JobRules.isIndexed(job)) {
            var seen = new BitSet();
            // of two pods with one index the one that would be deleted last stays
            for (var pod : active.stream().sorted(order.reversed()).toList()) {
                int index = JobRules.index(pod);
                boolean extra = index >= completionsOrZero() || (index >= 0 && seen.get(index));
                (extra ? rm : left).add(pod);
                if (index >= 0) {
                    seen.set(index);
                }
            }
        } else {
            left.addAll(active);
        }
        left.stream().sorted(order).limit(Math.max(0, atLeast - rm.size())).forEach(rm::add);
        return rm;
    }

    /// The next indexes without a pod, at most `count`.
    List<Integer> pendingIndexes(int count) {
        var taken = (BitSet) completed.clone();
        taken.or(indexesOf(active));
        if (JobRules.replacesOnlyFailed(job)) {
            taken.or(indexesOf(pods.stream().filter(PodRules::isTerminatingAlive).toList()));
        }
        if (failedIndexes != null) {
            taken.or(failedIndexes);
        }
        var result = new ArrayList<Integer>();
        for (int i = taken.nextClearBit(0);
                i < completionsOrZero() && result.size() < count;
                i = taken.nextClearBit(i + 1)) {
            result.add(i);
        }
        return result;
    }

    /// The failed pod whose place a new pod of this index takes.
    @Nullable Pod replaced(int index) {
        return delayed.get(index);
    }

    /// How long the index must wait after its last failure.
    Duration indexBackoff(int index) {
        var last = delayed.get(index);
        return last == null
                ? Duration.ZERO
                : new Failures(JobRules.allIndexFailures(last) + 1, JobRules.finished(last))
                        .remaining(now);
    }

    /// Writes the numbers of this round into the status; whether they differ.
    boolean count(int activeNow) {
        boolean differs =
                Meta.orZero(status.getActive()) != activeNow
                        || status.getReady() == null
                        || status.getReady() != ready
                        || status.getTerminating() == null
                        || status.getTerminating() != terminating;
        status.setActive(activeNow);
        status.setReady(ready);
        status.setTerminating(terminating);
        return differs;
    }

    private Set<String> trackedUids() {
        var uids = new HashSet<String>();
        pods.stream().filter(this::isTracked).forEach(pod -> uids.add(Meta.uid(pod)));
        return uids;
    }

    /// Moves uids whose pods have lost their finalizer into the counters; whether any did.
    boolean settleCounts(Set<String> stillTracked) {
        int before = uncounted().getSucceeded().size() + uncounted().getFailed().size();
        var succeededLeft = kept(uncounted().getSucceeded(), stillTracked);
        var failedLeft = kept(uncounted().getFailed(), stillTracked);
        if (!JobRules.isIndexed(job)) {
            status.setSucceeded(
                    Meta.orZero(status.getSucceeded())
                            + uncounted().getSucceeded().size()
                            - succeededLeft.size());
        }
        status.setFailed(
                Meta.orZero(status.getFailed())
                        + uncounted().getFailed().size()
                        - failedLeft.size());
        uncounted().setSucceeded(succeededLeft);
        uncounted().setFailed(failedLeft);
        return succeededLeft.size() + failedLeft.size() != before;
    }

    private static List<String> kept(List<String> uids, Set<String> tracked) {
        return new ArrayList<>(uids.stream().filter(tracked::contains).toList());
    }

    /// What tracking found.
    ///
    /// @param release pods whose finalizer may go once the status is stored
    /// @param tracked all uids that still have one
    /// @param isFull more wait than fit into one status
    /// @param judged how many of them the failure policy had something to say about, by action
    record Tracking(
            List<Pod> release,
            Set<String> tracked,
            boolean changed,
            boolean isFull,
            Map<String, Integer> judged) {}

    /// Enters newly finished pods into the uncounted lists.
    Tracking track() {
        var tracked = trackedUids();
        boolean changed = settleCounts(tracked);
        var release = new ArrayList<Pod>();
        boolean full = false;
        int newIndexes = 0;
        var judged = new HashMap<String, Integer>();
        for (var pod : pods.stream().sorted(Comparator.comparingInt(JobRules::index)).toList()) {
            if (!tracked.contains(Meta.uid(pod)) || !mayRelease(pod)) {
                continue;
            }
            release.add(pod);
            if (PodRules.isSucceeded(pod) && !uncountedFailed.contains(Meta.uid(pod))) {
                if (JobRules.isIndexed(job)) {
                    newIndexes++;
                } else if (!uncountedSucceeded.contains(Meta.uid(pod))) {
                    uncounted().getSucceeded().add(Meta.uid(pod));
                    changed = true;
                }
            } else if (isNewFailure(pod)) {
                var judgement = JobRules.judge(job, pod);
                if (!judgement.action().isEmpty()) {
                    judged.merge(judgement.action(), 1, Integer::sum);
                }
                if (judgement.counts()) {
                    uncounted().getFailed().add(Meta.uid(pod));
                    changed = true;
                }
            }
            if (newIndexes + uncounted().getSucceeded().size() + uncounted().getFailed().size()
                    >= UNCOUNTED_MAX) {
                full = true;
                break;
            }
        }
        boolean indexesChanged = writeIndexes(release);
        return new Tracking(release, tracked, changed || indexesChanged, full, judged);
    }

    private boolean mayRelease(Pod pod) {
        if (Meta.isTerminating(job) || end != null || PodRules.isSucceeded(pod)) {
            return true;
        }
        if (!JobRules.isFailed(pod, job)) {
            return false;
        }
        var kept = delayed.get(JobRules.index(pod));
        return kept == null || !Meta.uid(kept).equals(Meta.uid(pod));
    }

    private boolean isNewFailure(Pod pod) {
        boolean ended = end != null && !end.getType().equals("SuccessCriteriaMet");
        return (JobRules.isFailed(pod, job) || ended)
                && !PodRules.isSucceeded(pod)
                && !uncountedFailed.contains(Meta.uid(pod))
                && (!JobRules.isIndexed(job) || hasValidIndex(pod));
    }

    private boolean writeIndexes(List<Pod> release) {
        if (!JobRules.isIndexed(job)) {
            return false;
        }
        var done = (BitSet) completedBefore.clone();
        for (var pod : release) {
            if (PodRules.isSucceeded(pod) && hasValidIndex(pod)) {
                done.set(JobRules.index(pod));
            }
        }
        done.or(completed);
        var text = Indexes.print(done);
        var failedText = failedIndexes == null ? null : Indexes.print(failedIndexes);
        boolean changed =
                !text.equals(Meta.orEmpty(status.getCompletedIndexes()))
                        || !Meta.orEmpty(failedText).equals(Meta.orEmpty(status.getFailedIndexes()))
                        || Meta.orZero(status.getSucceeded()) != done.cardinality();
        status.setSucceeded(done.cardinality());
        status.setCompletedIndexes(text.isEmpty() ? null : text);
        status.setFailedIndexes(failedText);
        return changed;
    }

    /// The interim condition enters the status before the last pods are counted; whether it is new.
    boolean announceEnd() {
        var condition = end;
        if (condition == null) {
            return false;
        }
        boolean isNew = JobRules.condition(status.getConditions(), condition.getType()) == null;
        if (condition.getType().equals("FailureTarget")) {
            status.getConditions().add(condition);
            end = failedAfter(condition);
            return true;
        }
        if (condition.getType().equals("SuccessCriteriaMet")) {
            if (isNew) {
                status.getConditions().add(condition);
            }
            end =
                    JobRules.condition(
                            "Complete", "True", condition.getReason(), condition.getMessage(), now);
            return isNew;
        }
        return false;
    }

    /// Takes over what the server stored: the next write must name that version.
    void stored(Job after) {
        job.getMetadata().setResourceVersion(after.getMetadata().getResourceVersion());
    }

    /// The final condition, once every pod is counted and gone; whether the job is finished now.
    boolean finish() {
        if (end == null
                || !uncounted().getSucceeded().isEmpty()
                || !uncounted().getFailed().isEmpty()
                || terminating > 0) {
            return false;
        }
        JobRules.ensure(status.getConditions(), end);
        if (end.getType().equals("Complete")) {
            status.setCompletionTime(end.getLastTransitionTime());
        }
        return true;
    }
}
