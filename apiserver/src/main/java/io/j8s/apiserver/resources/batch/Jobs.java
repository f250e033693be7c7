package io.j8s.apiserver.resources.batch;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.core.PodTemplates;
import io.j8s.apiserver.schema.Tree;

import java.util.List;

/// Everything the API server knows about `batch/v1 Job`.
public final class Jobs implements ResourceStrategy<Job> {

    @Override
    public Names names() {
        return new Names("batch/v1", "Job", "jobs");
    }

    @Override
    public Class<Job> view() {
        return Job.class;
    }

    private static final String OWN_LABELS = "batch.kubernetes.io/";

    @Override
    public void applyDefaults(Tree job) {
        Tree spec = job.ensure("spec");
        applySpecDefaults(spec);
        var labels = spec.map("template.metadata.labels");
        if (job.stringMap("metadata.labels").isEmpty() && labels != null && !labels.isEmpty()) {
            job.set("metadata.labels", labels.copy());
        }
    }

    /// Also for the job templates of cron jobs.
    static void applySpecDefaults(Tree spec) {
        // both unset: run one pod to completion; only parallelism unset: one at a time
        if (!spec.has("completions") && !spec.has("parallelism")) {
            spec.set("completions", 1);
        }
        spec.setDefault("parallelism", 1);
        spec.setDefault("backoffLimit", spec.has("backoffLimitPerIndex") ? Integer.MAX_VALUE : 6);
        spec.setDefault("completionMode", "NonIndexed");
        spec.setDefault("suspend", false);
        boolean hasPolicy = spec.has("podFailurePolicy");
        spec.setDefault("podReplacementPolicy", hasPolicy ? "Failed" : "TerminatingOrFailed");
        for (Tree rule : spec.trees("podFailurePolicy.rules")) {
            rule.trees("onPodConditions").forEach(c -> c.setDefault("status", "True"));
        }
        PodTemplates.applyDefaults(spec.ensure("template"));
    }

    /// Generates the selector from the job's own uid unless the user brings one.
    @Override
    public void prepareForCreate(RequestContext context, Tree job) {
        job.ensure("metadata");
        Tree spec = job.ensure("spec");
        if (spec.bool("manualSelector", false)) {
            return;
        }
        String uid = job.string("metadata.uid", "");
        var labels = spec.ensure("template").ensureMap("metadata.labels");
        String name = job.string("metadata.name", "");
        labels.put("controller-uid", uid);
        labels.put("job-name", name);
        labels.put(OWN_LABELS + "controller-uid", uid);
        labels.put(OWN_LABELS + "job-name", name);
        spec.ensureMap("selector.matchLabels").put(OWN_LABELS + "controller-uid", uid);
    }

    @Override
    public Propagation defaultPropagation() {
        return Propagation.ORPHAN;
    }

    @Override
    public List<SelectableField> selectableFields() {
        return List.of(
                new SelectableField(
                        "status.successful",
                        job -> Long.toString(job.longValue("status.succeeded", 0))));
    }
}
