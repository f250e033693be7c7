package io.j8s.apiserver.resources.batch;

import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.schema.Tree;

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
}
