package io.j8s.apiserver.resources.batch;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.core.PodTemplates;
import io.j8s.apiserver.resources.core.PodWarnings;
import io.j8s.apiserver.resources.core.WorkloadColumns;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.quantity.Timestamps;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
        // both unset: run one pod to completion; only parallelism unset: one at a time
        if (!spec.has("completions") && !spec.has("parallelism")) {
            spec.set("completions", 1);
        }
        spec.setDefault("parallelism", 1);
        spec.setDefault("backoffLimit", spec.has("backoffLimitPerIndex") ? Integer.MAX_VALUE : 6);
        spec.setDefault("completionMode", "NonIndexed");
        spec.setDefault("suspend", false);
        spec.setDefault("manualSelector", false);
        boolean hasPolicy = spec.has("podFailurePolicy");
        spec.setDefault("podReplacementPolicy", hasPolicy ? "Failed" : "TerminatingOrFailed");
        applyTemplateDefaults(spec);
        var labels = spec.map("template.metadata.labels");
        if (job.stringMap("metadata.labels").isEmpty() && labels != null && !labels.isEmpty()) {
            // the very same map: upstream's job gets the labels made for its pods too
            job.ensure("metadata").set("labels", labels);
        }
    }

    /// What the job templates of cron jobs get as well.
    static void applyTemplateDefaults(Tree spec) {
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
        dropDisabled(job, null, "spec");
        if (spec.bool("manualSelector", false)) {
            return;
        }
        String uid = job.string("metadata.uid", "");
        String name = job.string("metadata.name", "");
        var labels = spec.ensure("template").ensureMap("metadata.labels");
        for (String prefix : List.of("", OWN_LABELS)) {
            putIfAbsent(labels, prefix + "job-name", name);
            putIfAbsent(labels, prefix + "controller-uid", uid);
        }
        putIfAbsent(spec.ensureMap("selector.matchLabels"), OWN_LABELS + "controller-uid", uid);
    }

    /// What the user wrote himself stays; validation judges it.
    private static void putIfAbsent(TreeMap map, String key, String value) {
        if (!map.has(key)) {
            map.put(key, value);
        }
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        dropDisabled(updated, old, "spec");
    }

    /// Upstream: the gate WorkloadWithJob is off; what is stored already may stay.
    ///
    /// @param spec where the job's spec stands in the object
    static void dropDisabled(Tree object, @Nullable Tree old, String spec) {
        if (old == null || !old.has(spec + ".scheduling")) {
            object.remove(spec + ".scheduling");
        }
        PodTemplates.dropDisabled(object, old, spec + ".template");
    }

    @Override
    public Propagation defaultPropagation() {
        return Propagation.ORPHAN;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        JobValidation.create(tree, errors);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        JobValidation.update(tree, oldTree, errors);
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        JobStatusValidation.update(tree, oldTree, errors);
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        var warnings = new ArrayList<String>();
        if (oldTree == null) {
            warnings.addAll(PodWarnings.ofMakersName(tree));
        } else if (tree.semanticallyEquals(oldTree, "metadata.generation")) {
            return warnings;
        }
        warnings.addAll(JobWarnings.spec(tree, "spec"));
        return warnings;
    }

    @Override
    public List<SelectableField> selectableFields() {
        return List.of(
                new SelectableField(
                        "status.successful",
                        job -> Long.toString(job.longValue("status.succeeded", 0))));
    }

    @Override
    public List<Column<Job>> columns() {
        var columns = new ArrayList<Column<Job>>();
        columns.add(Column.text("Status", "Whether it runs or how it ended", Jobs::state));
        columns.add(
                Column.text(
                        "Completions", "Pods that succeeded, of all wanted", Jobs::completions));
        columns.add(new Column<>("Duration", "string", "", "How long it ran", 0, Jobs::duration));
        columns.add(Column.age());
        columns.addAll(
                WorkloadColumns.containersImagesSelector(
                        job -> job.getSpec().getTemplate(),
                        job -> WorkloadColumns.print(job.getSpec().getSelector())));
        return columns;
    }

    private static String state(Job job) {
        var trueOnes =
                job.getStatus().getConditions().stream()
                        .filter(c -> c.getStatus().equals("True"))
                        .map(c -> c.getType())
                        .toList();
        if (trueOnes.contains("Complete")) {
            return "Complete";
        }
        if (trueOnes.contains("Failed")) {
            return "Failed";
        }
        if (job.getMetadata().getDeletionTimestamp() != null) {
            return "Terminating";
        }
        for (String type : List.of("Suspended", "FailureTarget", "SuccessCriteriaMet")) {
            if (trueOnes.contains(type)) {
                return type;
            }
        }
        return "Running";
    }

    private static String completions(Job job) {
        int succeeded = number(job.getStatus().getSucceeded());
        if (job.getSpec().getCompletions() != null) {
            return succeeded + "/" + job.getSpec().getCompletions();
        }
        int parallelism = number(job.getSpec().getParallelism());
        return parallelism > 1 ? succeeded + "/1 of " + parallelism : succeeded + "/1";
    }

    private static String duration(Job job, Instant now) {
        var start = Optional.ofNullable(job.getStatus().getStartTime()).flatMap(Timestamps::parse);
        if (start.isEmpty()) {
            return "";
        }
        var end =
                Optional.ofNullable(job.getStatus().getCompletionTime())
                        .flatMap(Timestamps::parse)
                        .orElse(now);
        return Timestamps.age(Duration.between(start.get(), end));
    }

    private static int number(@Nullable Integer count) {
        return count == null ? 0 : count;
    }
}
