package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.GoValue;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What may change in a pod that exists (upstream: `ValidatePodUpdate` and its like for status,
/// ephemeral containers and resize).
final class PodUpdates {

    static final String MIRROR = "kubernetes.io/config.mirror";
    private static final String CHANGEABLE =
            "`spec.containers[*].image`,`spec.initContainers[*].image`,"
                    + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing"
                    + " tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1"
                    + " if it was previously negative)";

    private PodUpdates() {}

    static void update(Tree updated, Tree old, FieldErrors errors) {
        At root = At.root(updated, errors);
        PodValidation.metadataAndSpec(root);
        PodAnnotationRules.updates(root, old);
        for (String list : List.of("containers", "initContainers")) {
            if (updated.trees("spec." + list).size() != old.trees("spec." + list).size()) {
                root.forbidden("spec." + list, "pod updates may not add or remove containers");
                return;
            }
        }
        if (!activeDeadline(root, old)) {
            return;
        }
        tolerations(root, old);
        gates(root, old);
        if (updated.semanticallyEquals(old, "spec")) {
            return;
        }
        Tree munged = updated.copy();
        keepChangeable(munged, old);
        if (!old.trees("spec.schedulingGates").isEmpty()) {
            gatedPod(root, munged, old);
        }
        if (!munged.semanticallyEquals(old, "spec")) {
            root.forbidden(
                    "spec",
                    "pod updates may not change fields other than "
                            + CHANGEABLE
                            + "\n"
                            + GoValue.difference(old.ensure("spec"), munged.ensure("spec")));
        }
    }

    /// @return whether to go on
    private static boolean activeDeadline(At root, Tree old) {
        String field = "spec.activeDeadlineSeconds";
        if (!root.has(field)) {
            if (old.has(field)) {
                root.invalid(field, null, "must not update from a positive integer to nil value");
            }
            return true;
        }
        long seconds = root.number(field);
        if (seconds < 0 || seconds > Integer.MAX_VALUE) {
            root.invalid(field, seconds, "must be between 0 and 2147483647, inclusive");
            return false;
        }
        if (old.has(field) && old.longValue(field, 0) < seconds) {
            root.invalid(field, seconds, "must be less than or equal to previous value");
            return false;
        }
        return true;
    }

    private static void tolerations(At root, Tree old) {
        var now = root.tree().trees("spec.tolerations");
        for (Tree before : old.trees("spec.tolerations")) {
            boolean kept =
                    now.stream()
                            .anyMatch(toleration ->
                                    before.copy()
                                            .keep("tolerationSeconds", toleration)
                                            .semanticallyEquals(toleration));
            if (!kept) {
                root.forbidden(
                        "spec.tolerations",
                        "existing toleration can not be modified except its tolerationSeconds");
                return;
            }
        }
    }

    private static void gates(At root, Tree old) {
        Map<String, At> added = new LinkedHashMap<>(); // upstream: each name once, its last index
        root.each("spec.schedulingGates").forEach(gate -> added.put(gate.string("name"), gate));
        old.trees("spec.schedulingGates").forEach(gate -> added.remove(gate.string("name", "")));
        added.forEach((name, gate) ->
                gate.forbidden(
                        "name",
                        "only deletion is allowed, but found new scheduling gate '" + name + "'"));
    }

    private static void keepChangeable(Tree munged, Tree old) {
        for (String list : List.of("spec.containers", "spec.initContainers")) {
            var now = munged.trees(list);
            var before = old.trees(list);
            for (int i = 0; i < now.size(); i++) {
                now.get(i).keep("image", before.get(i));
            }
        }
        munged.keep("spec.activeDeadlineSeconds", old);
        munged.keep("spec.schedulingGates", old);
        munged.keep("spec.tolerations", old);
        if (old.longValue("spec.terminationGracePeriodSeconds", 0) < 0
                && munged.longValue("spec.terminationGracePeriodSeconds", 0) == 1) {
            munged.keep("spec.terminationGracePeriodSeconds", old);
        }
    }

    /// While a pod is gated, its node selector and node affinity may get narrower.
    private static void gatedPod(At root, Tree munged, Tree old) {
        var selector = munged.stringMap("spec.nodeSelector");
        var before = old.stringMap("spec.nodeSelector");
        boolean narrower =
                before.entrySet().stream()
                        .allMatch(entry -> entry.getValue().equals(selector.get(entry.getKey())));
        if (!narrower) {
            root.invalid(
                    "spec.nodeSelector",
                    "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
        }
        munged.keep("spec.nodeSelector", old);
        String affinity = "spec.affinity.nodeAffinity";
        if (munged.semanticallyEquals(old, affinity)) {
            return;
        }
        nodeAffinity(root, affinity, old);
        if (!old.has("spec.affinity")
                && !munged.has("spec.affinity.podAffinity")
                && !munged.has("spec.affinity.podAntiAffinity")) {
            munged.remove("spec.affinity");
        } else {
            if (!munged.has("spec.affinity")) {
                munged.ensure("spec.affinity");
            }
            munged.keep(affinity, old);
        }
    }

    private static void nodeAffinity(At root, String affinity, Tree old) {
        String required = affinity + ".requiredDuringSchedulingIgnoredDuringExecution";
        String field = required + ".nodeSelectorTerms";
        var before = old.trees(field);
        if (before.isEmpty()) {
            return;
        }
        var now = root.each(field);
        if (now.size() != before.size()) {
            root.invalid(
                    field,
                    "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
            return;
        }
        for (int i = 0; i < now.size(); i++) {
            if (!onlyAdds(now.get(i).tree(), before.get(i))) {
                now.get(i).invalidSelf("only additions are allowed (no mutations or deletions)");
            }
        }
    }

    /// A term that asked for nothing, and so matched nothing, stays so.
    private static boolean onlyAdds(Tree now, Tree before) {
        boolean wasEmpty = true;
        boolean isEmpty = true;
        for (String list : List.of("matchExpressions", "matchFields")) {
            var kept = before.trees(list);
            var terms = now.trees(list);
            wasEmpty &= kept.isEmpty();
            isEmpty &= terms.isEmpty();
            if (terms.size() < kept.size()) {
                return false;
            }
            for (int i = 0; i < kept.size(); i++) {
                if (!kept.get(i).semanticallyEquals(terms.get(i))) {
                    return false;
                }
            }
        }
        return !wasEmpty || isEmpty;
    }

    static void ephemeralContainers(Tree updated, Tree old, FieldErrors errors) {
        At root = At.root(updated, errors);
        if (old.stringMap("metadata.annotations").containsKey(MIRROR)) {
            errors.forbidden("", "static pods do not support ephemeral containers");
            return;
        }
        PodValidation.metadataAndSpec(root);
        String field = "spec.ephemeralContainers";
        for (Tree before : old.trees(field)) {
            String name = before.string("name", "");
            Tree now =
                    updated.trees(field).stream()
                            .filter(container -> container.string("name", "").equals(name))
                            .findFirst()
                            .orElse(null);
            if (now == null) {
                root.forbidden(
                        field,
                        "existing ephemeral containers "
                                + FieldErrors.quote(name)
                                + " may not be removed\n");
            } else if (!now.semanticallyEquals(before)) {
                root.forbidden(
                        field,
                        "existing ephemeral containers "
                                + FieldErrors.quote(name)
                                + " may not be changed\n"
                                + GoValue.difference(before, now));
            }
        }
    }
}
