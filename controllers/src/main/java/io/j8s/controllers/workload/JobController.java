package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Backoff;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Expectations;
import io.j8s.controllers.runtime.Fanout;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.OwnerClaims;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.controllers.runtime.Written;
import io.j8s.controllers.workload.JobRules.Failures;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Runs pods until enough of them have succeeded (upstream: `pkg/controller/job`). What a round
/// decides stands in [JobSync].
public final class JobController implements Controller {

    private static final int PODS_PER_SYNC_MAX = 500; // upstream: MaxPodCreateDeletePerSync

    /// Upstream gathers the events of a second; a fifth is enough to gather what comes together.
    private static final Duration GATHER = Duration.ofMillis(200);

    private final Api api;
    private final Timers timers;
    private final Fanout fanout;
    private final EventRecorder events;
    private final Informer<Job> jobs;
    private final Written<Job> written;
    private final Informer<Pod> pods;
    private final PodControl podControl;
    private final Expectations<ObjectKey> expectations;
    private final Map<ObjectKey, Failures> failures = new ConcurrentHashMap<>();
    private final Map<String, ObjectKey> released = new ConcurrentHashMap<>();
    private final Set<String> finished = ConcurrentHashMap.newKeySet();
    private final WorkQueue<ObjectKey> queue;
    private final WorkQueue<ObjectKey> orphans;
    private final List<ControllerLoop<?>> loops;
    private final JobMetrics metrics;

    public JobController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.fanout = context.fanout();
        this.events = context.events();
        this.jobs = context.informer(Kinds.JOBS);
        this.written = new Written<>(jobs);
        this.pods = context.informer(Kinds.PODS);
        this.podControl = new PodControl(api, events);
        this.expectations = new Expectations<>(timers);
        this.queue =
                context.keyedQueue(
                        "job", new Backoff<>(timers, Duration.ofSeconds(1), Duration.ofMinutes(1)));
        this.metrics = new JobMetrics(context.measures());
        this.orphans = context.queue("job_orphan_pod");
        this.loops =
                List.of(
                        context.loop(queue, this::reconcile, 5),
                        context.loop(orphans, this::releaseOrphan, 1));
        jobs.onChange(this::jobChanged);
        pods.onChange(this::podChanged);
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private void jobChanged(@Nullable Job before, @Nullable Job after) {
        if (after == null) {
            if (before != null) {
                finished.remove(Meta.uid(before));
                queue.add(Meta.key(before));
                pods.controlledBy(Meta.uid(before)).forEach(this::enqueueOrphan);
            }
        } else if (JobRules.isFinished(after)) {
            queue.add(Meta.key(after));
            pods.controlledBy(Meta.uid(after)).forEach(this::enqueueOrphan);
        } else if (before == null || !before.getSpec().equals(after.getSpec())) {
            if (before == null && isManagedElsewhere(after)) {
                metrics.isManagedBy(after.getSpec().getManagedBy());
            }
            queue.add(Meta.key(after));
        } else {
            queue.addAfter(Meta.key(after), GATHER);
        }
    }

    private void podChanged(@Nullable Pod before, @Nullable Pod after) {
        metrics.podChanged(before, after);
        var pod = after == null ? before : after;
        if (pod == null) {
            return;
        }
        if (after == null || !JobRules.isTracked(after)) {
            released.remove(Meta.uid(pod));
        }
        var owner = OwnerClaims.ownerOf(pod, Kinds.JOBS, jobs::get);
        if (owner.isEmpty()) {
            if (Meta.controllerOf(pod) == null && after != null) {
                jobs.inNamespace(Meta.namespace(after)).stream()
                        .filter(job -> selects(job, after))
                        .forEach(job -> queue.addAfter(Meta.key(job), GATHER));
            }
            enqueueOrphan(pod);
            return;
        }
        var key = Meta.key(owner.get());
        if (after == null || Meta.isTerminating(after)) {
            expectations.deleted(key, Meta.uid(pod));
        } else if (before == null) {
            expectations.created(key);
        }
        if (JobRules.isFinished(owner.get())) {
            enqueueOrphan(pod);
        }
        queue.addAfter(key, GATHER);
    }

    /// A pod that nobody counts any more must not be held by our finalizer.
    private void enqueueOrphan(Pod pod) {
        var ref = Meta.controllerOf(pod);
        boolean ofJob = ref == null || ref.getKind().equals("Job");
        if (ofJob && JobRules.isTracked(pod)) {
            orphans.add(Meta.key(pod));
        }
    }

    Outcome releaseOrphan(ObjectKey key) {
        var pod = pods.get(key);
        if (pod.isEmpty() || !JobRules.isTracked(pod.get())) {
            return Outcome.DONE;
        }
        var owner = OwnerClaims.ownerOf(pod.get(), Kinds.JOBS, jobs::get);
        if (owner.isPresent() && !JobRules.isFinished(owner.get())) {
            return Outcome.DONE;
        }
        if (owner.isEmpty() && Meta.controllerOf(pod.get()) != null && stillExists(pod.get())) {
            return new Outcome.Again(GATHER); // created a moment ago: the cache has not heard
        }
        release(pod.get());
        return Outcome.DONE;
    }

    private boolean stillExists(Pod pod) {
        var ref = Meta.controllerOf(pod);
        if (ref == null) {
            return false;
        }
        try {
            var job = api.get(Kinds.JOBS, new ObjectKey(Meta.namespace(pod), ref.getName()));
            return Meta.uid(job).equals(ref.getUid()) && !JobRules.isFinished(job);
        } catch (StatusException refused) {
            if (refused.isNotFound()) {
                return false;
            }
            throw refused;
        }
    }

    private void release(Pod pod) {
        var body =
                "{\"metadata\":{\"$deleteFromPrimitiveList/finalizers\":[\"%s\"],\"uid\":\"%s\"}}"
                        .formatted(JobRules.FINALIZER, Meta.uid(pod));
        try {
            api.patch(Kinds.PODS, Meta.key(pod), Api.Patch.strategic(body));
        } catch (StatusException refused) {
            // upstream: gone, or another pod of that name by now
            if (!refused.isNotFound() && !refused.isInvalid()) {
                throw refused;
            }
        }
    }

    private static boolean selects(Job job, Pod pod) {
        return job.getSpec().getSelector() != null
                && LabelSelectors.matches(job.getSpec().getSelector(), Meta.labels(pod));
    }

    Outcome reconcile(ObjectKey key) throws InterruptedException {
        var found = jobs.get(key);
        if (found.isEmpty()) {
            expectations.forget(key);
            failures.remove(key);
            released.values().removeIf(key::equals);
            return Outcome.DONE;
        }
        // with an older state, pods that were counted and released would be missing twice
        var job = written.newest(found.get());
        if (isManagedElsewhere(job)) {
            return Outcome.DONE;
        }
        if (JobRules.isFinished(job) || finished.contains(Meta.uid(job))) {
            failures.remove(key);
            return Outcome.DONE;
        }
        long began = timers.nanoTime();
        boolean cacheIsCurrent = expectations.satisfied(key);
        var sync =
                new JobSync(
                        job,
                        claim(job, key),
                        Set.copyOf(released.keySet()),
                        failures.getOrDefault(key, Failures.NONE),
                        timers.now());
        sync.judge();
        var round = new JobMetrics.Round();
        try {
            var outcome = run(sync, key, cacheIsCurrent, round);
            round.isSuccess = true;
            return outcome;
        } finally {
            metrics.synced(job, round, (timers.nanoTime() - began) / 1e9);
        }
    }

    private static boolean isManagedElsewhere(Job job) {
        return job.getSpec().getManagedBy() != null
                && !job.getSpec().getManagedBy().equals(JobRules.CONTROLLER_NAME);
    }

    private List<Pod> claim(Job job, ObjectKey key) {
        var candidates = new ArrayList<>(pods.controlledBy(Meta.uid(job)));
        candidates.addAll(pods.uncontrolledIn(key.namespace()));
        return new OwnerClaims<>(
                        api,
                        Kinds.JOBS,
                        job,
                        Kinds.PODS,
                        pod -> selects(job, pod),
                        List.of(JobRules.FINALIZER))
                .claim(candidates).stream().map(pod -> withFinalizerOfAdoption(job, pod)).toList();
    }

    /// The cache does not know yet what an adoption has just added.
    private static Pod withFinalizerOfAdoption(Job job, Pod pod) {
        return Meta.isControlledBy(pod, job) || JobRules.isTracked(pod)
                ? pod
                : new PodBuilder(pod)
                        .editMetadata()
                        .addToFinalizers(JobRules.FINALIZER)
                        .endMetadata()
                        .build();
    }

    private Outcome run(JobSync sync, ObjectKey key, boolean cacheIsCurrent, JobMetrics.Round round)
            throws InterruptedException {
        boolean changed = false;
        Acted acted;
        if (sync.end() != null) {
            acted = stopAll(sync, key, cacheIsCurrent);
        } else {
            boolean manages = cacheIsCurrent && !Meta.isTerminating(sync.job());
            acted =
                    manages
                            ? manage(sync, key, round)
                            : new Acted(sync.active().size(), null, null);
            if (sync.isComplete(acted.active)) {
                sync.end(
                        JobRules.condition(
                                "SuccessCriteriaMet",
                                "True",
                                "CompletionsReached",
                                "Reached expected number of succeeded pods",
                                timers.now()));
            } else if (manages) {
                changed = noteSuspension(sync);
            }
        }
        changed |= sync.count(acted.active);
        store(sync, key, changed);
        if (acted.failure != null) {
            throw acted.failure;
        }
        return again(sync, acted);
    }

    /// @param active pods that run now, as far as we know
    /// @param pause how long until pods may be created again, or null
    private record Acted(
            int active, @Nullable RuntimeException failure, @Nullable Duration pause) {}

    private static Outcome again(JobSync sync, Acted acted) {
        var wait = acted.pause;
        var deadline = sync.untilDeadline();
        if (sync.end() == null && deadline != null) {
            wait = wait == null || deadline.compareTo(wait) < 0 ? deadline : wait;
        }
        return wait == null || !wait.isPositive() ? Outcome.DONE : new Outcome.Again(wait);
    }

    /// The job has ended: every pod that still runs is deleted, and only then may it finish.
    private Acted stopAll(JobSync sync, ObjectKey key, boolean cacheIsCurrent)
            throws InterruptedException {
        int before = sync.active().size();
        var failure = delete(sync, key, sync.active(), true);
        int left = sync.active().size();
        if (left > 0 || !cacheIsCurrent) {
            sync.end(null); // upstream: not before all are deleted and seen
        }
        return new Acted(before == left ? before : left, failure, null);
    }

    /// @param counted whether they still count as failed or succeeded; upstream: those that are
    ///   only too many do not, so they lose their finalizer first (`deleteJobPods`)
    private @Nullable RuntimeException delete(
            JobSync sync, ObjectKey key, List<Pod> victims, boolean counted)
            throws InterruptedException {
        if (victims.isEmpty()) {
            return null;
        }
        expectations.expectDeletions(key, victims.stream().map(Meta::uid).toList());
        var gone = java.util.Collections.synchronizedList(new ArrayList<Pod>());
        var result =
                fanout.all(
                        victims.size(),
                        i -> {
                            var pod = victims.get(i);
                            try {
                                if (!counted && JobRules.isTracked(pod)) {
                                    released.put(Meta.uid(pod), key);
                                    release(pod);
                                }
                                podControl.delete(sync.job(), pod);
                                gone.add(pod);
                            } catch (StatusException refused) {
                                expectations.deleted(key, Meta.uid(pod));
                                if (!refused.isNotFound()) {
                                    throw refused;
                                }
                                gone.add(pod);
                            }
                        });
        sync.removed(gone);
        return result.failure();
    }

    private Acted manage(JobSync sync, ObjectKey key, JobMetrics.Round round)
            throws InterruptedException {
        round.action = JobMetrics.Action.TRACKING;
        int active = sync.active().size();
        if (JobRules.isSuspended(sync.job())) {
            round.action = JobMetrics.Action.DELETED;
            var failure = delete(sync, key, sync.surplus(active), false);
            return new Acted(sync.active().size(), failure, null);
        }
        int wanted = sync.wantActive();
        var surplus = sync.surplus(Math.max(0, active - wanted));
        if (!surplus.isEmpty()) {
            round.action = JobMetrics.Action.DELETED;
            var some = surplus.subList(0, Math.min(surplus.size(), PODS_PER_SYNC_MAX));
            var failure = delete(sync, key, some, false);
            return new Acted(sync.active().size(), failure, null);
        }
        int terminating = JobRules.replacesOnlyFailed(sync.job()) ? sync.terminating() : 0;
        int missing = wanted - terminating - active;
        if (missing <= 0) {
            return new Acted(active, null, null);
        }
        round.action = JobMetrics.Action.CREATED;
        return create(sync, key, Math.min(missing, PODS_PER_SYNC_MAX));
    }

    private Acted create(JobSync sync, ObjectKey key, int missing) throws InterruptedException {
        int active = sync.active().size();
        boolean perIndex = sync.job().getSpec().getBackoffLimitPerIndex() != null;
        var wait = perIndex ? Duration.ZERO : sync.failures().remaining(timers.now());
        if (wait.isPositive()) {
            return new Acted(active, null, wait);
        }
        List<Integer> indexes = List.of();
        int count = missing;
        if (JobRules.isIndexed(sync.job())) {
            var pending = sync.pendingIndexes(missing);
            indexes = pending.stream().filter(i -> !sync.indexBackoff(i).isPositive()).toList();
            count = indexes.size();
            wait =
                    pending.stream()
                            .map(sync::indexBackoff)
                            .filter(Duration::isPositive)
                            .min(Duration::compareTo)
                            .orElse(Duration.ZERO);
        }
        if (count == 0) {
            return new Acted(active, null, wait.isPositive() ? wait : null);
        }
        expectations.expectCreations(key, count);
        var chosen = indexes;
        var result =
                fanout.slowStart(
                        count,
                        i -> {
                            try {
                                createOne(sync, chosen.isEmpty() ? -1 : chosen.get(i));
                            } catch (StatusException refused) {
                                if (!refused.isNamespaceTerminating()) {
                                    throw refused;
                                }
                            }
                        });
        for (int i = result.succeeded(); i < count; i++) {
            expectations.created(key);
        }
        metrics.created(
                sync.job(),
                sync.failed() > 0,
                sync.terminating() > 0,
                result.succeeded(),
                count - result.succeeded());
        return new Acted(
                active + result.succeeded(), result.failure(), wait.isPositive() ? wait : null);
    }

    private void createOne(JobSync sync, int index) {
        var job = sync.job();
        podControl.create(
                Kinds.JOBS,
                job,
                job.getSpec().getTemplate(),
                pod -> {
                    if (!Meta.finalizers(pod.build()).contains(JobRules.FINALIZER)) {
                        pod.editMetadata().addToFinalizers(JobRules.FINALIZER).endMetadata();
                    }
                    return index < 0 ? pod : IndexedPods.build(sync, pod, index);
                });
    }

    private boolean noteSuspension(JobSync sync) {
        var job = sync.job();
        var conditions = job.getStatus().getConditions();
        var now = timers.now();
        if (JobRules.isSuspended(job)) {
            if (JobRules.ensure(
                    conditions,
                    JobRules.condition(
                            "Suspended", "True", "JobSuspended", "Job suspended", now))) {
                events.normal(job, "Suspended", "Job suspended");
                job.getStatus().setStartTime(null);
                return true;
            }
        } else if (JobRules.ensure(
                conditions,
                JobRules.condition("Suspended", "False", "JobResumed", "Job resumed", now))) {
            events.normal(job, "Resumed", "Job resumed");
            job.getStatus().setStartTime(Meta.timestamp(now));
            return true;
        }
        return false;
    }

    /// Stores the uncounted pods, releases them, and stores the counts. The order is the point.
    private void store(JobSync sync, ObjectKey key, boolean differs) throws InterruptedException {
        var counts = metrics.counts(sync.job());
        var tracking = sync.track();
        boolean announced = sync.announceEnd();
        boolean changed = differs || tracking.changed() || announced;
        if (changed) {
            write(sync, counts);
            failures.put(key, sync.failures());
            changed = false;
        }
        metrics.judged(tracking.judged());
        var tracked = new HashSet<>(tracking.tracked());
        var failure = releaseAll(tracking.release(), key, tracked);
        changed = sync.settleCounts(tracked);
        if (failure != null) {
            if (changed) {
                write(sync, counts);
            }
            throw failure;
        }
        boolean ended = !tracking.isFull() && sync.finish();
        if (changed || ended) {
            write(sync, counts);
        }
        if (ended) {
            finished.add(Meta.uid(sync.job()));
            tellEnd(sync);
        } else if (tracking.isFull()) {
            queue.add(key);
        }
    }

    private void write(JobSync sync, JobMetrics.Counts counts) {
        var stored = api.updateStatus(Kinds.JOBS, sync.job());
        written.wrote(stored);
        sync.stored(stored);
        counts.stored(stored);
    }

    private @Nullable RuntimeException releaseAll(
            List<Pod> release, ObjectKey key, Set<String> tracked) throws InterruptedException {
        var done = ConcurrentHashMap.<String>newKeySet();
        var result =
                fanout.all(
                        release.size(),
                        i -> {
                            var pod = release.get(i);
                            released.put(Meta.uid(pod), key);
                            try {
                                release(pod);
                                done.add(Meta.uid(pod));
                            } catch (RuntimeException failed) {
                                released.remove(Meta.uid(pod));
                                throw failed;
                            }
                        });
        tracked.removeAll(done);
        return result.failure();
    }

    private void tellEnd(JobSync sync) {
        var end = sync.end();
        if (end == null) {
            return;
        }
        metrics.ended(sync.job(), end);
        if (end.getType().equals("Complete")) {
            var completions = sync.job().getSpec().getCompletions();
            if (completions != null && sync.succeeded() > completions) {
                events.warning(
                        sync.job(),
                        "TooManySucceededPods",
                        "Too many succeeded pods running after completion count reached");
            }
            events.normal(sync.job(), "Completed", "Job completed");
        } else {
            events.warning(sync.job(), end.getReason(), end.getMessage());
        }
    }
}
