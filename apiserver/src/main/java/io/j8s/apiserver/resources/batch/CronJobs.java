package io.j8s.apiserver.resources.batch;

import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.core.WorkloadColumns;
import io.j8s.apiserver.schema.Tree;

import java.util.ArrayList;
import java.util.List;

/// Everything the API server knows about `batch/v1 CronJob`.
public final class CronJobs implements ResourceStrategy<CronJob> {

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
