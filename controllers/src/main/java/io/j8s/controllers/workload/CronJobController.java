package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobStatus;
import io.fabric8.kubernetes.api.model.batch.v1.CronJobStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Measures;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.OwnerClaims;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.controllers.runtime.Written;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.core.metrics.Histogram;

import org.jspecify.annotations.Nullable;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Starts jobs when their time has come (upstream: `pkg/controller/cronjob`).
public final class CronJobController implements Controller {

    private static final String SCHEDULED_AT = "batch.kubernetes.io/cronjob-scheduled-timestamp";
    private static final int MISSED_MAX = 100; // upstream: more are reported as too many
    private static final Duration LATE = Duration.ofMillis(100); // upstream: nextScheduleDelta
    private static final DateTimeFormatter RFC1123Z =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", Locale.ROOT);

    private final Api api;
    private final Timers timers;
    private final EventRecorder events;
    private final Informer<CronJob> cronJobs;
    private final Informer<Job> jobs;
    private final Written<CronJob> written;
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;
    private final Histogram skews;

    public CronJobController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.events = context.events();
        this.cronJobs = context.informer(Kinds.CRON_JOBS);
        this.jobs = context.informer(Kinds.JOBS);
        this.written = new Written<>(cronJobs);
        this.queue = context.queue("cronjob");
        this.skews =
                context.measures()
                        .histogram(
                                Measures.Stability.STABLE,
                                "cronjob_controller_job_creation_skew_duration_seconds",
                                "Time between when a cronjob is scheduled to be run, and when the"
                                        + " corresponding job is created",
                                Measures.powers(1, 2, 10));
        this.loops = List.of(context.loop(queue, this::reconcile, 5));
        cronJobs.onChange((before, after) -> {
            var object = after == null ? before : after;
            if (object != null) {
                queue.add(Meta.key(object));
            }
        });
        jobs.onChange((before, after) -> {
            for (var job : new Job[] {before, after}) {
                if (job != null) {
                    OwnerClaims.ownerOf(job, Kinds.CRON_JOBS, cronJobs::get)
                            .ifPresent(owner -> queue.add(Meta.key(owner)));
                }
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    Outcome reconcile(ObjectKey key) {
        var found = cronJobs.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        var cron = written.newest(found.get());
        var own =
                jobs.controlledBy(Meta.uid(cron)).stream()
                        .sorted(Comparator.comparing(Meta::name))
                        .toList();
        cron = recordJobs(cron, own);
        trimHistory(cron, own);
        if (Meta.isTerminating(cron) || Boolean.TRUE.equals(cron.getSpec().getSuspend())) {
            return Outcome.DONE;
        }
        try {
            var zone = zone(cron);
            return zone.isEmpty()
                    ? Outcome.DONE
                    : run(cron, CronSchedule.parse(cron.getSpec().getSchedule()), zone.get());
        } catch (IllegalArgumentException wrong) {
            events.warning(
                    cron,
                    "UnparseableSchedule",
                    "unparseable schedule: %s : %s"
                            .formatted(
                                    FieldErrors.quote(cron.getSpec().getSchedule()),
                                    wrong.getMessage()));
            return Outcome.DONE;
        }
    }

    private Optional<ZoneId> zone(CronJob cron) {
        var name = cron.getSpec().getTimeZone();
        if (name == null) {
            return Optional.of(ZoneOffset.UTC);
        }
        try {
            return Optional.of(ZoneId.of(name));
        } catch (DateTimeException wrong) {
            events.warning(
                    cron,
                    "UnknownTimeZone",
                    "invalid timeZone: %s: unknown time zone %s"
                            .formatted(FieldErrors.quote(name), name));
            return Optional.empty();
        }
    }

    private static CronJobStatus status(CronJob cron) {
        return cron.getStatus() == null ? new CronJobStatus() : cron.getStatus();
    }

    /// Takes finished and missing jobs off the active list, and those onto it whose start was never
    /// recorded.
    private CronJob recordJobs(CronJob cron, List<Job> own) {
        var before = status(cron);
        var active = new ArrayList<>(before.getActive());
        var lastSuccess = Meta.time(before.getLastSuccessfulTime());
        var lastSchedule = Meta.time(before.getLastScheduleTime());
        for (var job : own) {
            boolean listed = isListed(active, job);
            boolean finished = JobRules.isFinished(job);
            if (!listed && !finished) {
                var at = scheduledAt(cron, job);
                if (at != null && (lastSchedule == null || at.isAfter(lastSchedule))) {
                    active.add(EventRecorder.reference(job));
                    lastSchedule = at;
                } else if (at == null && !isListedByNow(cron, job)) {
                    events.warning(
                            cron,
                            "UnexpectedJob",
                            "Saw a job that the controller did not create or forgot: "
                                    + Meta.name(job));
                }
            } else if (listed && finished) {
                active.removeIf(ref -> ref.getUid().equals(Meta.uid(job)));
                events.normal(
                        cron,
                        "SawCompletedJob",
                        "Saw completed job: %s, condition: %s"
                                .formatted(
                                        Meta.name(job),
                                        JobRules.has(job, "Complete") ? "Complete" : "Failed"));
            }
            var end =
                    job.getStatus() == null ? null : Meta.time(job.getStatus().getCompletionTime());
            if (end != null
                    && JobRules.has(job, "Complete")
                    && (lastSuccess == null || end.isAfter(lastSuccess))) {
                lastSuccess = end;
            }
        }
        dropMissing(cron, own, active);
        var next =
                new CronJobStatusBuilder(before)
                        .withActive(active)
                        .withLastSuccessfulTime(
                                lastSuccess == null ? null : Meta.timestamp(lastSuccess))
                        .withLastScheduleTime(
                                lastSchedule == null ? null : Meta.timestamp(lastSchedule))
                        .build();
        return writeStatus(cron, next);
    }

    private static boolean isListed(List<ObjectReference> active, Job job) {
        return active.stream().anyMatch(ref -> ref.getUid().equals(Meta.uid(job)));
    }

    /// Upstream: the cache of cron jobs may be older than the one of jobs.
    private boolean isListedByNow(CronJob cron, Job job) {
        return isListed(status(api.get(Kinds.CRON_JOBS, Meta.key(cron))).getActive(), job);
    }

    /// When a job that this controller made was due; null for a job that somebody else made. (Where
    /// the status could not be written after a job was made, upstream forgets the job, so that it
    /// is neither waited for nor replaced.)
    private static @Nullable Instant scheduledAt(CronJob cron, Job job) {
        try {
            var at = Meta.time(Meta.annotations(job).get(SCHEDULED_AT));
            return at != null && Meta.name(job).equals(name(cron, at)) && !Meta.isTerminating(job)
                    ? at
                    : null;
        } catch (DateTimeException wrong) {
            return null;
        }
    }

    private void dropMissing(CronJob cron, List<Job> own, List<ObjectReference> active) {
        for (var ref : List.copyOf(active)) {
            if (own.stream().anyMatch(job -> Meta.uid(job).equals(ref.getUid()))) {
                continue;
            }
            try {
                api.get(Kinds.JOBS, new ObjectKey(Meta.namespace(cron), ref.getName()));
            } catch (StatusException refused) {
                if (!refused.isNotFound()) {
                    throw refused;
                }
                events.normal(cron, "MissingJob", "Active job went missing: " + ref.getName());
                active.remove(ref);
            }
        }
    }

    private CronJob writeStatus(CronJob cron, CronJobStatus status) {
        if (status.equals(status(cron))) {
            return cron;
        }
        var stored =
                api.updateStatus(
                        Kinds.CRON_JOBS, new CronJobBuilder(cron).withStatus(status).build());
        written.wrote(stored);
        return stored;
    }

    private void trimHistory(CronJob cron, List<Job> own) {
        var spec = cron.getSpec();
        trim(cron, own, "Complete", spec.getSuccessfulJobsHistoryLimit());
        trim(cron, own, "Failed", spec.getFailedJobsHistoryLimit());
    }

    private void trim(CronJob cron, List<Job> own, String condition, @Nullable Integer limit) {
        if (limit == null) {
            return;
        }
        var done =
                own.stream()
                        .filter(job -> JobRules.has(job, condition) && !Meta.isTerminating(job))
                        .sorted(
                                Comparator.<Job, Instant>comparing(CronJobController::started)
                                        .thenComparing(Meta::name))
                        .toList();
        done.stream().limit(Math.max(0, done.size() - limit)).forEach(job -> delete(cron, job));
    }

    private static Instant started(Job job) {
        var start = job.getStatus() == null ? null : Meta.time(job.getStatus().getStartTime());
        return start == null ? Instant.EPOCH : start;
    }

    private void delete(CronJob cron, Job job) {
        try {
            api.delete(Kinds.JOBS, Meta.key(job), Api.Delete.BACKGROUND);
            events.normal(cron, "SuccessfulDelete", "Deleted job " + Meta.name(job));
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                events.warning(cron, "FailedDelete", "Deleted job: " + refused.message());
                throw refused;
            }
        }
    }

    /// The newest time that has come and was not served.
    ///
    /// @param at null when nothing is due
    record Due(@Nullable Instant at, boolean tooManyMissed) {}

    /// Pure: what is due between the last run and now.
    static Due due(CronJob cron, CronSchedule schedule, ZoneId zone, Instant now) {
        var last = Meta.time(status(cron).getLastScheduleTime());
        var earliest = last == null ? Meta.created(cron) : last;
        var deadline = cron.getSpec().getStartingDeadlineSeconds();
        if (deadline != null && now.minusSeconds(deadline).isAfter(earliest)) {
            earliest = now.minusSeconds(deadline);
        }
        var first = schedule.next(earliest, zone).orElse(null);
        if (first == null || first.isAfter(now)) {
            return new Due(null, false);
        }
        var second = schedule.next(first, zone).orElse(null);
        if (second == null || second.isAfter(now)) {
            return new Due(first, false);
        }
        var interval = Duration.between(first, second);
        long missed = Duration.between(first, now).dividedBy(interval) + 1;
        // look back in growing steps from now, so that years of missed minutes cost nothing
        var from = first;
        for (var back = interval; from.isBefore(now.minus(back)); back = back.multipliedBy(2)) {
            var candidate = schedule.next(now.minus(back), zone).orElse(null);
            if (candidate != null && !candidate.isAfter(now)) {
                from = candidate;
                break;
            }
        }
        var next = schedule.next(from, zone).orElse(null);
        while (next != null && !next.isAfter(now)) {
            from = next;
            next = schedule.next(from, zone).orElse(null);
        }
        return new Due(from, missed > MISSED_MAX);
    }

    private Outcome run(CronJob cron, CronSchedule schedule, ZoneId zone) {
        var now = timers.now();
        var due = due(cron, schedule, zone, now);
        if (due.tooManyMissed) {
            events.warning(
                    cron,
                    "TooManyMissedTimes",
                    "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or"
                            + " check clock skew");
        }
        var next = schedule.next(now, zone);
        Outcome later =
                next.<Outcome>map(at -> new Outcome.Again(Duration.between(now, at).plus(LATE)))
                        .orElse(Outcome.DONE);
        if (due.at == null) {
            return later;
        }
        var deadline = cron.getSpec().getStartingDeadlineSeconds();
        if (deadline != null && due.at.plusSeconds(deadline).isBefore(now)) {
            events.warning(
                    cron,
                    "MissSchedule",
                    "Missed scheduled time to start a job: "
                            + RFC1123Z.format(due.at.atZone(ZoneOffset.UTC)));
            return later;
        }
        var active = status(cron).getActive();
        var policy = Meta.orEmpty(cron.getSpec().getConcurrencyPolicy());
        if (policy.equals("Forbid") && !active.isEmpty()) {
            events.normal(
                    cron,
                    "JobAlreadyActive",
                    "Not starting job because prior execution is running and concurrency policy is"
                            + " Forbid");
            return later;
        }
        if (policy.equals("Replace")) {
            replaceActive(cron);
            cron = written.newest(cron);
        }
        start(cron, due.at, zone);
        return later;
    }

    private void replaceActive(CronJob cron) {
        var active = new ArrayList<>(status(cron).getActive());
        for (var ref : List.copyOf(active)) {
            delete(cron, live(cron, ref));
            active.remove(ref);
        }
        writeStatus(cron, new CronJobStatusBuilder(status(cron)).withActive(active).build());
    }

    /// Upstream asks the server: the cache may not have heard of a job that was just made.
    private Job live(CronJob cron, ObjectReference ref) {
        try {
            return api.get(Kinds.JOBS, new ObjectKey(Meta.namespace(cron), ref.getName()));
        } catch (StatusException refused) {
            events.warning(cron, "FailedGet", "Get job: " + refused.message());
            throw refused;
        }
    }

    private void start(CronJob cron, Instant at, ZoneId zone) {
        Job job;
        try {
            job = api.create(Kinds.JOBS, job(cron, at, zone));
            skews.observe((double) Duration.between(at, Meta.created(job)).toSeconds());
            events.normal(cron, "SuccessfulCreate", "Created job " + Meta.name(job));
        } catch (StatusException refused) {
            if (refused.isNamespaceTerminating()) {
                return;
            }
            if (!refused.isAlreadyExists()) {
                events.warning(cron, "FailedCreate", "Error creating job: " + refused.message());
                throw refused;
            }
            // created in an earlier round whose status write failed: the name is the schedule's
            job = api.get(Kinds.JOBS, new ObjectKey(Meta.namespace(cron), name(cron, at)));
            if (!Meta.isControlledBy(job, cron) || JobRules.isFinished(job)) {
                writeStatus(cron, scheduled(cron, at).build());
                return;
            }
        }
        var status = scheduled(cron, at);
        var uid = Meta.uid(job);
        if (status(cron).getActive().stream().noneMatch(ref -> ref.getUid().equals(uid))) {
            status.addToActive(EventRecorder.reference(job));
        }
        writeStatus(cron, status.build());
    }

    private static CronJobStatusBuilder scheduled(CronJob cron, Instant at) {
        return new CronJobStatusBuilder(status(cron)).withLastScheduleTime(Meta.timestamp(at));
    }

    private static String name(CronJob cron, Instant at) {
        return Meta.name(cron) + "-" + at.getEpochSecond() / 60;
    }

    private static Job job(CronJob cron, Instant at, ZoneId zone) {
        var template = cron.getSpec().getJobTemplate();
        var meta = template.getMetadata();
        var builder = new JobBuilder().withNewMetadata();
        if (meta != null) {
            builder.withLabels(meta.getLabels()).withAnnotations(meta.getAnnotations());
        }
        return builder.withNamespace(Meta.namespace(cron))
                .withName(name(cron, at))
                .addToAnnotations(
                        SCHEDULED_AT,
                        DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                                at.atZone(zone).toOffsetDateTime()))
                .withOwnerReferences(Meta.controllerRef(Kinds.CRON_JOBS, cron))
                .endMetadata()
                .withSpec(template.getSpec())
                .build();
    }
}
