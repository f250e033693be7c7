package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Which resources of a running pod may change (upstream: `ValidatePodResize`).
final class PodResizeRules {

    private static final String ONLY = "only cpu and memory resources are mutable";

    private PodResizeRules() {}

    static void validate(Tree updated, Tree old, FieldErrors errors) {
        At root = At.root(updated, errors);
        if (old.stringMap("metadata.annotations").containsKey(PodUpdates.MIRROR)) {
            errors.forbidden("", "static pods cannot be resized");
            return;
        }
        if (old.string("spec.os.name", "").equals("windows")) {
            errors.forbidden("", "windows pods cannot be resized");
            return;
        }
        PodValidation.metadataAndSpec(root);
        qos(root, old);
        for (Tree status : old.trees("status.containerStatuses")) {
            if (status.has("state.running")) {
                if (!status.has("resources")) {
                    root.forbidden("spec", "Pod running on node without support for resize");
                }
                break;
            }
        }
        Tree munged = updated.copy();
        if (hasPodLevel(old) || hasPodLevel(updated)) {
            podLevel(root, old, munged);
        }
        boolean sameContainers = sameContainers(root, old, "containers");
        if (!sameContainers(root, old, "initContainers") || !sameContainers) {
            return;
        }
        removed(root, old, "spec.initContainers");
        removed(root, old, "spec.containers");
        containers(root, old, munged);
        initContainers(root, old, munged);
        if (!updated.semanticallyEquals(old, "spec.volumes")) {
            root.forbidden(
                    "spec.volumes",
                    "volumes are immutable on resize when"
                            + " InPlacePodVerticalScalingMemoryBackedVolumes feature gate is"
                            + " disabled");
        }
        if (errors.isEmpty() && !munged.semanticallyEquals(old, "spec")) {
            root.forbidden("spec", ONLY);
        }
    }

    private static void qos(At root, Tree old) {
        String stored = old.string("status.qosClass", "");
        String before = stored.isEmpty() ? PodQos.of(old.ensure("spec")) : stored;
        if (!before.equals(PodQos.of(root.tree().ensure("spec")))) {
            root.invalid(
                    "spec",
                    root.string("status.qosClass"),
                    "Pod QOS Class may not change as a result of resizing");
        }
    }

    private static boolean hasPodLevel(Tree pod) {
        return !pod.stringMap("spec.resources.requests").isEmpty()
                || !pod.stringMap("spec.resources.limits").isEmpty();
    }

    private static void podLevel(At root, Tree old, Tree munged) {
        if (old.has("spec.resources") && !root.has("spec.resources")) {
            root.forbidden("spec.resources", "pod-level resources cannot be removed");
            return;
        }
        for (String kind : List.of("requests", "limits")) {
            String field = "spec.resources." + kind;
            if (lost(root.tree(), old, field)) {
                root.forbidden(field, "pod-level resource " + kind + " cannot be removed");
            }
        }
        keepChangeable(munged, old, "spec.resources.");
        if (!munged.semanticallyEquals(old, "spec.resources")) {
            root.forbidden("spec", "only cpu and memory resources are mutable at pod-level");
        }
    }

    private static boolean lost(Tree now, Tree before, String field) {
        return !now.stringMap(field).keySet().containsAll(before.stringMap(field).keySet());
    }

    /// Upstream's `validatePodResizeContainerOrdering`.
    private static boolean sameContainers(At root, Tree old, String list) {
        var before = old.trees("spec." + list);
        var now = root.each("spec." + list);
        if (before.size() != now.size()) {
            root.forbidden("spec." + list, list + " may not be added or removed on resize");
            return false;
        }
        boolean same = true;
        for (int i = 0; i < now.size(); i++) {
            if (!now.get(i).string("name").equals(before.get(i).string("name", ""))) {
                now.get(i).forbidden("name", list + " may not be renamed or reordered on resize");
                same = false;
            }
        }
        return same;
    }

    private static void removed(At root, Tree old, String list) {
        var before = old.trees(list);
        for (int i = 0; i < before.size(); i++) {
            At container = root.each(list).get(i);
            for (String kind : List.of("requests", "limits")) {
                if (lost(container.tree(), before.get(i), "resources." + kind)) {
                    container.forbidden(
                            "resources." + kind, "resource " + kind + " cannot be removed");
                }
            }
        }
    }

    private static void containers(At root, Tree old, Tree munged) {
        var before = old.trees("spec.containers");
        var now = munged.trees("spec.containers");
        for (int i = 0; i < now.size(); i++) {
            keepChangeable(now.get(i), before.get(i), "resources.");
            if (!now.get(i).semanticallyEquals(before.get(i))) {
                root.forbidden("spec", ONLY);
            }
        }
    }

    private static void initContainers(At root, Tree old, Tree munged) {
        var before = old.trees("spec.initContainers");
        var now = munged.trees("spec.initContainers");
        for (int i = 0; i < now.size(); i++) {
            boolean modified = !now.get(i).semanticallyEquals(before.get(i));
            keepChangeable(now.get(i), before.get(i), "resources.");
            String path = "spec.initContainers[" + i + "]";
            if (!now.get(i).semanticallyEquals(before.get(i))) {
                root.forbidden(
                        path,
                        "only cpu and memory resources for init or sidecar containers are"
                                + " mutable");
            }
            if (modified && !now.get(i).string("restartPolicy", "").equals("Always")) {
                for (Tree policy : now.get(i).trees("resizePolicy")) {
                    if (policy.string("restartPolicy", "").equals("RestartContainer")) {
                        root.forbidden(
                                path,
                                "non-sidecar init containers with a resize policy of"
                                        + " RestartContainer cannot be resized");
                    }
                }
            }
        }
    }

    /// Takes CPU and memory over from what was, so that other changes remain.
    private static void keepChangeable(Tree now, Tree before, String resources) {
        for (String kind : List.of("limits", "requests")) {
            String field = resources + kind;
            var was = before.map(field);
            if (was == null && now.map(field) == null) {
                continue;
            }
            for (String name : List.of("cpu", "memory")) {
                @Nullable String amount = was == null ? null : was.string(name);
                if (amount == null) {
                    now.ensureMap(field).remove(name);
                } else {
                    now.ensureMap(field).put(name, amount);
                }
            }
        }
    }
}
