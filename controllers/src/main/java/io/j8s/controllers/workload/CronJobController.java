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
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

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
        // upstream: a job that goes at once is not told of as completed
        cron = recordJobs(cron, own, trimHistory(cron, own));
        if (Meta.isTerminating(cron)) {
            return Outcome.DONE;
        }
        try {
            var zone = zone(cron);
            return zone.isEmpty() || Boolean.TRUE.equals(cron.getSpec().getSuspend())
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
    private CronJob recordJobs(CronJob cron, List<Job> own, Set<String> deleted) {
        var before = status(cron);
        var active = new ArrayList<>(before.getActive());
        active.removeIf(ref -> deleted.contains(ref.getUid()));
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

    /// Deletes the oldest finished jobs beyond the limits; says which are gone. Upstream goes on
    /// with its work where one could not be deleted.
    private Set<String> trimHistory(CronJob cron, List<Job> own) {
        var spec = cron.getSpec();
        var gone = new HashSet<String>();
        for (var job : tooMany(own, "Complete", spec.getSuccessfulJobsHistoryLimit())) {
            trim(cron, job, gone);
        }
        for (var job : tooMany(own, "Failed", spec.getFailedJobsHistoryLimit())) {
            trim(cron, job, gone);
        }
        return gone;
    }

    private void trim(CronJob cron, Job job, Set<String> gone) {
        try {
            delete(cron, job);
            gone.add(Meta.uid(job));
        } catch (StatusException _) {
            // told of by an event
        }
    }

    private static List<Job> tooMany(List<Job> own, String condition, @Nullable Integer limit) {
        if (limit == null) {
            return List.of();
        }
        var done =
                own.stream()
                        .filter(job -> JobRules.has(job, condition) && !Meta.isTerminating(job))
                        .sorted(
                                Comparator.<Job, Instant>comparing(CronJobController::started)
                                        .thenComparing(Meta::name))
                        .toList();
        return done.subList(0, Math.max(0, done.size() - limit));
    }

    private static Instant started(Job job) {
        var start = job.getStatus() == null ? null : Meta.time(job.getStatus().getStartTime());
        return start == null ? Instant.MAX : start; // upstream: what never began goes last
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

    /// What a schedule asks for.
    ///
    /// @param earliest from when on times count
    /// @param at the newest time that has come and was not served; null when nothing is due
    /// @param missed roughly how many times were missed where it is more than one, as upstream
    ///   counts
    record Due(Instant earliest, @Nullable Instant at, long missed) {}

    /// Pure: what is due between the last run and now (upstream: mostRecentScheduleTime). Empty for
    /// a schedule that names no time, such as the 31st of February.
    ///
    /// @param inTime leaves out what is too late by the starting deadline
    static Optional<Due> due(
            CronJob cron, CronSchedule schedule, ZoneId zone, Instant now, boolean inTime) {
        var last = Meta.time(status(cron).getLastScheduleTime());
        var earliest = last == null ? Meta.created(cron) : last;
        var deadline = cron.getSpec().getStartingDeadlineSeconds();
        if (inTime && deadline != null && now.minusSeconds(deadline).isAfter(earliest)) {
            earliest = now.minusSeconds(deadline);
        }
        var first = schedule.next(earliest, zone).orElse(null);
        if (first == null) {
            return Optional.empty();
        }
        if (first.isAfter(now)) {
            return Optional.of(new Due(earliest, null, 0));
        }
        var second = schedule.next(first, zone).orElse(null);
        if (second == null) {
            return Optional.empty();
        }
        if (second.isAfter(now)) {
            return Optional.of(new Due(earliest, first, 0));
        }
        // upstream: counts and looks back by the first interval, however unequal they are; times
        // of `@every` stay where they were counted from
        long interval = Duration.between(first, second).toSeconds();
        long missed = Duration.between(first, now).toSeconds() / interval + 1;
        Instant newest = null;
        var next = schedule.next(first.plusSeconds((missed - 2) * interval), zone).orElse(null);
        while (next != null && !next.isAfter(now)) {
            newest = next;
            next = schedule.next(next, zone).orElse(null);
        }
        return Optional.of(new Due(earliest, newest, missed));
    }

    /// When to look again (upstream: nextScheduleTimeDuration).
    private static Outcome later(CronJob cron, CronSchedule schedule, ZoneId zone, Instant now) {
        var due = due(cron, schedule, zone, now, false).orElse(new Due(now, null, 0));
        var idle = due.missed == 0 ? due.earliest : now;
        return schedule.next(due.at == null ? idle : due.at, zone)
                .<Outcome>map(at -> new Outcome.Again(Duration.between(now, at).plus(LATE)))
                .orElse(Outcome.DONE);
    }

    private Outcome run(CronJob cron, CronSchedule schedule, ZoneId zone) {
        var now = timers.now();
        var due = due(cron, schedule, zone, now, true).orElse(null);
        if (due == null) {
            events.warning(
                    cron,
                    "InvalidSchedule",
                    "invalid schedule: %s : time difference between two schedules is less than 1 second"
                            .formatted(cron.getSpec().getSchedule()));
            return Outcome.DONE;
        }
        if (due.at == null) {
            return later(cron, schedule, zone, now);
        }
        if (due.missed > MISSED_MAX) {
            events.warning(
                    cron,
                    "TooManyMissedTimes",
                    "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or"
                            + " check clock skew");
        }
        return later(runAt(cron, due.at, zone, now), schedule, zone, now);
    }

    private CronJob runAt(CronJob cron, Instant at, ZoneId zone, Instant now) {
        var deadline = cron.getSpec().getStartingDeadlineSeconds();
        if (deadline != null && at.plusSeconds(deadline).isBefore(now)) {
            events.warning(
                    cron,
                    "MissSchedule",
                    "Missed scheduled time to start a job: "
                            + RFC1123Z.format(at.atZone(ZoneOffset.UTC)));
            return cron;
        }
        var active = status(cron).getActive();
        var name = name(cron, at);
        if (active.stream().anyMatch(ref -> ref.getName().equals(name))) {
            return cron; // of an earlier time of the same minute
        }
        var policy = Meta.orEmpty(cron.getSpec().getConcurrencyPolicy());
        if (policy.equals("Forbid") && !active.isEmpty()) {
            events.normal(
                    cron,
                    "JobAlreadyActive",
                    "Not starting job because prior execution is running and concurrency policy is"
                            + " Forbid");
            return cron;
        }
        if (!policy.equals("Replace")) {
            return start(cron, active, at, zone);
        }
        for (var ref : active) {
            delete(cron, live(cron, ref));
        }
        return start(cron, List.of(), at, zone);
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

    /// @param active the jobs that run beside the new one
    private CronJob start(CronJob cron, List<ObjectReference> active, Instant at, ZoneId zone) {
        var status = new CronJobStatusBuilder(status(cron)).withActive(active);
        Job job;
        try {
            job = api.create(Kinds.JOBS, job(cron, at, zone));
            skews.observe((double) Duration.between(at, Meta.created(job)).toSeconds());
            events.normal(cron, "SuccessfulCreate", "Created job " + Meta.name(job));
        } catch (StatusException refused) {
            if (refused.isNamespaceTerminating()) {
                return cron;
            }
            if (!refused.isAlreadyExists()) {
                events.warning(cron, "FailedCreate", "Error creating job: " + refused.message());
                writeStatus(cron, status.build());
                throw refused;
            }
            // created in an earlier round whose status write failed: the name is the schedule's
            job = api.get(Kinds.JOBS, new ObjectKey(Meta.namespace(cron), name(cron, at)));
            if (!Meta.isControlledBy(job, cron)) {
                return writeStatus(cron, status.build());
            }
        }
        var uid = Meta.uid(job);
        if (active.stream().noneMatch(ref -> ref.getUid().equals(uid))) {
            status.addToActive(EventRecorder.reference(job));
        }
        return writeStatus(cron, status.withLastScheduleTime(Meta.timestamp(at)).build());
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
