package io.j8s.apiserver.resources.batch;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;

import java.util.List;

/// What may change in the pod template of a job: nothing, but where its pods run and what they may
/// use while the job is suspended and runs none.
final class JobTemplateUpdate {

    private static final List<String> DIRECTIVES =
            List.of(
                    "spec.nodeSelector",
                    "spec.tolerations",
                    "metadata.annotations",
                    "metadata.labels",
                    "spec.schedulingGates");

    private JobTemplateUpdate() {}

    static void validate(At root, Tree old) {
        Tree template = root.tree().tree("spec.template");
        Tree before = old.tree("spec.template");
        if (template == null || before == null) {
            return;
        }
        boolean mayChange = isAtRest(old);
        Tree allowed = before.copy();
        if (mayChange) {
            DIRECTIVES.forEach(field -> allowed.keep(field, template));
            affinity(allowed, template);
            resources(allowed, template);
            if (!template.semanticallyEquals(allowed, "spec")) {
                root.invalid("spec.template.spec", At.IMMUTABLE);
            }
        } else if (!template.semanticallyEquals(allowed)) {
            root.invalid("spec.template", At.IMMUTABLE);
        }
    }

    /// Suspended, with no pod left that was made from the old template.
    private static boolean isAtRest(Tree job) {
        boolean suspended =
                job.trees("status.conditions").stream()
                        .anyMatch(c ->
                                c.string("type", "").equals("Suspended")
                                        && c.string("status", "").equals("True"));
        return job.bool("spec.suspend", false)
                && (!job.has("status.startTime") || suspended)
                && job.longValue("status.active", 0) == 0;
    }

    /// Of the affinity only the part about nodes.
    private static void affinity(Tree allowed, Tree template) {
        String node = "spec.affinity.nodeAffinity";
        if (template.has("spec.affinity")) {
            allowed.ensure("spec.affinity");
            allowed.keep(node, template);
        } else if (allowed.tree("spec.affinity") instanceof Tree affinity) {
            affinity.remove("nodeAffinity");
            if (affinity.isEmpty()) {
                allowed.remove("spec.affinity");
            }
        }
    }

    private static void resources(Tree allowed, Tree template) {
        for (String list : List.of("spec.containers", "spec.initContainers")) {
            var now = template.trees(list);
            var then = allowed.trees(list);
            if (now.size() != then.size()) {
                continue;
            }
            for (int i = 0; i < now.size(); i++) {
                if (now.get(i).string("name", "").equals(then.get(i).string("name", ""))) {
                    then.get(i).keep("resources", now.get(i));
                }
            }
        }
    }
}
