package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;

import java.util.List;
import java.util.stream.Stream;

/// A container that has ended for good may not be reported as anything else (upstream:
/// `ValidateContainerStateTransition`).
final class ContainerTransitions {

    static final List<String> STATUSES =
            List.of(
                    "status.containerStatuses",
                    "status.initContainerStatuses",
                    "status.ephemeralContainerStatuses");

    private ContainerTransitions() {}

    static void validate(At root, Tree old) {
        boolean anyMayRestart =
                Stream.of("spec.initContainers", "spec.containers")
                        .flatMap(list -> old.trees(list).stream())
                        .flatMap(container -> container.trees("restartPolicyRules").stream())
                        .anyMatch(rule -> rule.string("action", "").equals("RestartAllContainers"));
        if (!anyMayRestart) {
            list(root, old, STATUSES.get(0), "spec.containers");
            list(root, old, STATUSES.get(1), "spec.initContainers");
        }
        list(root, old, STATUSES.get(2), "");
    }

    private static void list(At root, Tree old, String statuses, String containers) {
        var before = old.trees(statuses);
        for (int i = 0; i < before.size(); i++) {
            if (!before.get(i).has("state.terminated")) {
                continue;
            }
            String name = before.get(i).string("name", "");
            long code = before.get(i).longValue("state.terminated.exitCode", 0);
            boolean revived =
                    root.tree().trees(statuses).stream()
                            .anyMatch(now ->
                                    now.string("name", "").equals(name)
                                            && !now.has("state.terminated"));
            if (revived && (containers.isEmpty() || !mayRestart(old, containers, name, code))) {
                root.forbidden(
                        statuses + "[" + i + "].state",
                        "may not be transitioned to non-terminated state");
            }
        }
    }

    /// Upstream's `ContainerShouldRestart`: the container's own rules and policy go before the
    /// pod's.
    private static boolean mayRestart(Tree pod, String containers, String name, long code) {
        for (Tree container : pod.trees(containers)) {
            if (container.string("name", "").equals(name)) {
                for (Tree rule : container.trees("restartPolicyRules")) {
                    if (matches(rule, code)) {
                        return true;
                    }
                }
                String own = container.string("restartPolicy", "");
                String policy = own.isEmpty() ? pod.string("spec.restartPolicy", "") : own;
                return policy.equals("Always") || (policy.equals("OnFailure") && code != 0);
            }
        }
        return false;
    }

    private static boolean matches(Tree rule, long code) {
        if (!rule.string("action", "").equals("Restart") || !rule.has("exitCodes")) {
            return false;
        }
        boolean listed = false;
        if (rule.list("exitCodes.values") instanceof TreeList values) {
            for (Object value : values) {
                listed |= value instanceof Num number && number.longValue() == code;
            }
        }
        return listed == rule.string("exitCodes.operator", "").equals("In");
    }
}
