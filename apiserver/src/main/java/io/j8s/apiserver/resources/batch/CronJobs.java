package io.j8s.apiserver.resources.batch;

import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.core.PodWarnings;
import io.j8s.apiserver.resources.core.WorkloadColumns;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/// Everything the API server knows about `batch/v1 CronJob`.
public final class CronJobs implements ResourceStrategy<CronJob> {

    private static final int NAME_LENGTH_MAX = 52; // a job's name adds 11 characters
    private static final Pattern ZONE_PART = Pattern.compile("[A-Za-z._0-9+-]{1,14}");

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
        // upstream: what a job of its own gets by default the template does not
        Jobs.applyTemplateDefaults(spec.ensure("jobTemplate.spec"));
    }

    @Override
    public void prepareForCreate(RequestContext context, Tree job) {
        Jobs.dropDisabled(job, null, "spec.jobTemplate.spec");
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        Jobs.dropDisabled(updated, old, "spec.jobTemplate.spec");
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        if (root.at("spec") instanceof At spec) {
            spec(spec, null);
        }
        String name = root.string("metadata.name");
        if (name.length() > NAME_LENGTH_MAX) {
            root.invalid("metadata.name", name, "must be no more than 52 characters");
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            spec(spec, oldTree);
        }
    }

    /// @param old null on create
    private static void spec(At spec, @Nullable Tree old) {
        if (spec.later().present("schedule")) {
            schedule(spec, old != null && old.string("spec.schedule", "").contains("TZ"));
        }
        spec.nonNegative("startingDeadlineSeconds");
        boolean sameZone =
                old != null
                        && Objects.equals(
                                old.string("spec.timeZone"), spec.tree().string("timeZone"));
        if (spec.has("timeZone") && !sameZone) {
            timeZone(spec, spec.string("timeZone"));
        }
        spec.oneOf("concurrencyPolicy", "Allow", "Forbid", "Replace");
        if (spec.at("jobTemplate.spec") instanceof At template) {
            template(template);
        }
        spec.nonNegative("successfulJobsHistoryLimit", "failedJobsHistoryLimit");
    }

    private static void template(At template) {
        JobValidation.spec(template);
        if (template.has("selector")) {
            template.invalid("selector", "`selector` will be auto-generated");
        }
        if (template.bool("manualSelector")) {
            template.errors()
                    .notSupported(template.path("manualSelector"), true, List.of("nil", "false"));
        }
    }

    /// @param zoneWasThere whether the old schedule named a time zone itself, so that the new one
    ///   may too
    private static void schedule(At spec, boolean zoneWasThere) {
        String schedule = spec.string("schedule");
        CronExpression.mistake(schedule)
                .ifPresent(text -> spec.invalid("schedule", schedule, text));
        if (schedule.contains("TZ")) {
            if (!zoneWasThere) {
                spec.invalid(
                        "schedule",
                        schedule,
                        "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
            } else if (spec.has("timeZone")) {
                spec.invalid(
                        "schedule",
                        schedule,
                        "cannot use both timeZone field and TZ or CRON_TZ in schedule");
            }
        }
    }

    private static void timeZone(At spec, String zone) {
        if (zone.isEmpty()) {
            spec.invalid("timeZone", zone, "timeZone must be nil or non-empty string");
            return;
        }
        for (String part : zone.split("/", -1)) {
            if (part.equals(".")
                    || part.equals("..")
                    || part.startsWith("-")
                    || !ZONE_PART.matcher(part).matches()) {
                spec.invalid("timeZone", zone, "unknown time zone " + zone);
                return;
            }
        }
        if (zone.equalsIgnoreCase("Local")) {
            spec.invalid(
                    "timeZone",
                    zone,
                    "timeZone must be an explicit time zone as defined in"
                            + " https://www.iana.org/time-zones");
        }
        if (!TimeZones.isKnown(zone)) {
            spec.invalid("timeZone", zone, "unknown time zone " + zone);
        }
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        var warnings = new ArrayList<String>();
        if (oldTree == null) {
            warnings.addAll(PodWarnings.ofMakersName(tree));
        }
        if (oldTree == null || !tree.semanticallyEquals(oldTree, "metadata.generation")) {
            warnings.addAll(JobWarnings.spec(tree, "spec.jobTemplate.spec"));
        }
        if (oldTree != null && tree.string("spec.schedule", "").contains("TZ")) {
            warnings.add(
                    "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see"
                        + " https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/"
                        + " for more details");
        }
        return warnings;
    }

    @Override
    public List<Column<CronJob>> columns() {
        var columns = new ArrayList<Column<CronJob>>();
        columns.add(Column.text("Schedule", "When it runs", job -> job.getSpec().getSchedule()));
        columns.add(
                Column.text(
                        "Timezone",
                        "Time zone of the schedule",
                        job -> Objects.requireNonNullElse(job.getSpec().getTimeZone(), "<none>")));
        columns.add(
                new Column<>(
                        "Suspend",
                        "boolean", // upstream: though the cells are texts
                        "",
                        "Whether runs are held back",
                        0,
                        (job, _) -> printed(job.getSpec().getSuspend())));
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

    private static String printed(@Nullable Boolean value) {
        return value == null ? "<unset>" : value ? "True" : "False";
    }
}
