package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;

/// What the pods of an Indexed job have beside its template: names, index and the failures of those
/// before them (upstream: `pkg/controller/job/indexed_job_utils.go`). Pure.
final class IndexedPods {

    private static final String INDEX_ENV = "JOB_COMPLETION_INDEX";

    private IndexedPods() {}

    /// The pod for one index, in place of the one that failed there before.
    static PodBuilder build(JobSync sync, PodBuilder builder, int index) {
        var name = Meta.name(sync.job());
        var replaced = sync.replaced(index);
        var pod =
                builder.editMetadata()
                        .withGenerateName(generateName(name, index))
                        .addToAnnotations(JobRules.INDEX, Integer.toString(index))
                        .addToLabels(JobRules.INDEX, Integer.toString(index))
                        .endMetadata()
                        .editSpec()
                        .withHostname(name + "-" + index)
                        .endSpec()
                        .build();
        pod.getSpec().getContainers().forEach(IndexedPods::addIndexEnv);
        pod.getSpec().getInitContainers().forEach(IndexedPods::addIndexEnv);
        var result = new PodBuilder(pod);
        if (sync.job().getSpec().getBackoffLimitPerIndex() != null) {
            addFailureCounts(sync.job(), result, replaced);
        }
        return result;
    }

    private static void addFailureCounts(Job job, PodBuilder pod, @Nullable Pod replaced) {
        int failed = 0;
        int ignored = 0;
        if (replaced != null) {
            boolean counts = JobRules.judge(job, replaced).counts();
            int known = JobRules.indexFailures(replaced);
            failed = known + (counts ? 1 : 0);
            ignored = JobRules.allIndexFailures(replaced) - known + (counts ? 0 : 1);
        }
        var meta =
                pod.editMetadata()
                        .addToAnnotations(JobRules.INDEX_FAILURES, Integer.toString(failed));
        if (ignored > 0) {
            meta.addToAnnotations(JobRules.INDEX_IGNORED, Integer.toString(ignored));
        }
        meta.endMetadata();
    }

    private static String generateName(String name, int index) {
        var tail = "-" + index + "-";
        int most = 58; // upstream: names.MaxGeneratedNameLength
        return name.length() + tail.length() > most
                ? name.substring(0, most - tail.length()) + tail
                : name + tail;
    }

    private static void addIndexEnv(Container container) {
        if (container.getEnv().stream().anyMatch(env -> env.getName().equals(INDEX_ENV))) {
            return;
        }
        var env = new ArrayList<>(container.getEnv());
        env.add(
                new EnvVarBuilder()
                        .withName(INDEX_ENV)
                        .withNewValueFrom()
                        .withNewFieldRef()
                        .withFieldPath("metadata.labels['" + JobRules.INDEX + "']")
                        .endFieldRef()
                        .endValueFrom()
                        .build());
        container.setEnv(env);
    }
}
