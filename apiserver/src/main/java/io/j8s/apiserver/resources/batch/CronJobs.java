package io.j8s.apiserver.resources.batch;

import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.core.WorkloadColumns;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.ArrayList;
import java.util.List;

/// Everything the API server knows about `batch/v1 CronJob`.
public final class CronJobs implements ResourceStrategy<CronJob> {

    private static final int NAME_LENGTH_MAX = 52; // a job's name adds 11 characters

    @Override
    public Names names() {
        return new Names("batch/v1", "CronJob", "cronjobs");
    }

    @Override
    public Class<CronJob> view() {
        return CronJob.class;
    }

    @Override
    public void applyDefaults(Tree job) {
        Tree spec = job.ensure("spec");
        spec.setDefault("concurrencyPolicy", "Allow");
        spec.setDefault("suspend", false);
        spec.setDefault("successfulJobsHistoryLimit", 3);
        spec.setDefault("failedJobsHistoryLimit", 1);
        Jobs.applySpecDefaults(spec.ensure("jobTemplate.spec"));
    }

    @Override
    public void validate(CronJob object, Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        if (root.at("spec") instanceof At spec) {
            schedule(spec, true);
            rest(spec);
        }
        name(root);
    }

    @Override
    public void validateUpdate(
            CronJob updated, CronJob old, Tree tree, Tree oldTree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            // upstream: what was there before may stay
            boolean changed =
                    !tree.semanticallyEquals(oldTree, "spec.schedule")
                            || !tree.semanticallyEquals(oldTree, "spec.timeZone");
            schedule(spec, changed && !oldTree.string("spec.schedule", "").contains("TZ"));
            rest(spec);
        }
    }

    private static void name(At root) {
        String name = root.string("metadata.name");
        if (name.length() > NAME_LENGTH_MAX) {
            root.invalid("metadata.name", name, "must be no more than 52 characters");
        }
    }

    /// @param strict whether the schedule may not name a time zone itself
    private static void schedule(At spec, boolean strict) {
        String schedule = spec.string("schedule");
        if (spec.present("schedule")) {
            CronExpression.mistake(schedule)
                    .ifPresent(text -> spec.invalid("schedule", schedule, text));
            if (schedule.contains("TZ")) {
                if (spec.has("timeZone")) {
                    spec.invalid(
                            "schedule",
                            schedule,
                            "cannot use both timeZone field and TZ or CRON_TZ in schedule");
                } else if (strict) {
                    spec.invalid(
                            "schedule",
                            schedule,
                            "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
                }
            }
        }
        if (spec.has("timeZone")) {
            timeZone(spec, spec.string("timeZone"));
        }
    }

    private static void timeZone(At spec, String zone) {
        if (zone.isEmpty()) {
            spec.invalid("timeZone", zone, "timeZone must be nil or non-empty string");
        } else if (zone.equalsIgnoreCase("Local")) {
            spec.invalid(
                    "timeZone",
                    zone,
                    "timeZone must be an explicit time zone as defined in"
                            + " https://www.iana.org/time-zones");
        } else if (!java.time.ZoneId.getAvailableZoneIds().contains(zone)) {
            spec.invalid("timeZone", zone, "unknown time zone " + zone);
        }
    }

    private static void rest(At spec) {
        spec.nonNegative("startingDeadlineSeconds");
        spec.oneOf("concurrencyPolicy", "Allow", "Forbid", "Replace");
        if (spec.at("jobTemplate.spec") instanceof At template) {
            JobValidation.spec(template);
        }
        spec.nonNegative("successfulJobsHistoryLimit", "failedJobsHistoryLimit");
    }

    @Override
    public List<Column<CronJob>> columns() {
        var columns = new ArrayList<Column<CronJob>>();
        columns.add(Column.text("Schedule", "When it runs", job -> job.getSpec().getSchedule()));
        columns.add(
                Column.text(
                        "Timezone",
                        "Time zone of the schedule",
                        job -> Column.orNone(job.getSpec().getTimeZone())));
        columns.add(
                Column.text(
                        "Suspend",
                        "Whether runs are held back",
                        job -> Boolean.TRUE.equals(job.getSpec().getSuspend()) ? "True" : "False"));
        columns.add(
                Column.integer(
                        "Active", "Jobs that run now", job -> job.getStatus().getActive().size()));
        columns.add(
                new Column<>(
                        "Last Schedule",
                        "string",
                        "",
                        "Time since the last run was started",
                        0,
                        (job, now) ->
                                job.getStatus().getLastScheduleTime() == null
                                        ? "<none>"
                                        : Column.since(
                                                job.getStatus().getLastScheduleTime(), now)));
        columns.add(Column.age());
        columns.addAll(
                WorkloadColumns.containersImagesSelector(
                        job -> job.getSpec().getJobTemplate().getSpec().getTemplate(),
                        job ->
                                WorkloadColumns.print(
                                        job.getSpec().getJobTemplate().getSpec().getSelector())));
        return columns;
    }
}
