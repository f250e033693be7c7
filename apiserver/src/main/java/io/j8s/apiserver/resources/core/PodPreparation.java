package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the server itself decides about a pod that is written (upstream: the `PrepareFor…` of the
/// pod's strategies).
final class PodPreparation {

    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

    private PodPreparation() {}

    static void create(RequestContext context, Tree pod) {
        Tree spec = pod.ensure("spec");
        DisabledPodFields.drop(spec, null);
        pod.set("status.phase", "Pending");
        if (!spec.trees("schedulingGates").isEmpty()) {
            gated(context, pod);
        }
        mergeLabelKeys(pod, spec);
        AppArmor.prepare(context, pod);
        PodLevelResources.applyDefaults(spec);
        pod.set("status.qosClass", PodQos.of(spec));
    }

    private static void gated(RequestContext context, Tree pod) {
        Tree condition = pod.ensureList("status.conditions").addTree();
        condition.set("type", "PodScheduled");
        condition.set("status", "False");
        condition.set("lastTransitionTime", context.now());
        condition.set("reason", "SchedulingGated");
        condition.set("message", "Scheduling is blocked due to non-empty scheduling gates");
    }

    /// `matchLabelKeys` and `mismatchLabelKeys` become requirements with the pod's own labels.
    private static void mergeLabelKeys(Tree pod, Tree spec) {
        var labels = pod.stringMap("metadata.labels");
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            String affinity = "affinity." + kind + ".";
            for (Tree term : spec.trees(affinity + PREFERRED)) {
                if (term.tree("podAffinityTerm") instanceof Tree inner) {
                    mergeTerm(inner, labels);
                }
            }
            spec.trees(affinity + REQUIRED).forEach(term -> mergeTerm(term, labels));
        }
        for (Tree constraint : spec.trees("topologySpreadConstraints")) {
            merge(constraint, "matchLabelKeys", "In", labels);
        }
    }

    private static void mergeTerm(Tree term, Map<String, String> labels) {
        merge(term, "matchLabelKeys", "In", labels);
        merge(term, "mismatchLabelKeys", "NotIn", labels);
    }

    private static void merge(
            Tree term, String field, String operator, Map<String, String> labels) {
        if (!term.has("labelSelector")) {
            return; // it matches nothing anyway
        }
        for (String key : term.strings(field)) {
            String value = labels.get(key);
            if (value != null) {
                Tree requirement = term.ensureList("labelSelector.matchExpressions").addTree();
                requirement.set("key", key);
                requirement.set("operator", operator);
                requirement.set("values", List.of(value));
            }
        }
    }

    static void update(Tree old, Tree updated) {
        if (!updated.has("spec.resources")) {
            // a client that does not know the field would take it away
            updated.keep("spec.resources", old);
        }
        DisabledPodFields.drop(updated.tree("spec"), old.tree("spec"));
    }

    /// Old kubelets spoil owners and leave out what they do not know, so upstream keeps both.
    static void status(Tree old, Tree updated) {
        updated.keep("metadata.ownerReferences", old);
        if (updated.string("status.qosClass", "").isEmpty()) {
            updated.keep("status.qosClass", old);
        }
        for (String field :
                List.of(
                        "status.resourceClaimStatuses",
                        "status.extendedResourceClaimStatus",
                        "status.nodeAllocatableResourceClaimStatuses")) {
            if (!updated.has(field)) {
                updated.keep(field, old);
            }
        }
        observedGenerations(old, updated);
        DisabledPodFields.dropOfStatus(updated.tree("status"), old.tree("status"));
    }

    /// Conditions of one type may stand there several times; each takes over one generation.
    private static void observedGenerations(Tree old, Tree updated) {
        String field = "observedGeneration";
        if (updated.longValue("status." + field, 0) == 0) {
            updated.keep("status." + field, old);
        }
        Map<String, java.util.ArrayDeque<Tree>> before = new HashMap<>();
        for (Tree condition : old.trees("status.conditions")) {
            before.computeIfAbsent(condition.string("type", ""), _ -> new java.util.ArrayDeque<>())
                    .add(condition);
        }
        for (Tree condition : updated.trees("status.conditions")) {
            var same = before.get(condition.string("type", ""));
            Tree was = same == null ? null : same.poll();
            if (was != null && condition.longValue(field, 0) == 0) {
                condition.keep(field, was);
            }
        }
    }

    static void ephemeralContainers(Tree old, Tree updated) {
        DisabledPodFields.drop(updated.tree("spec"), old.tree("spec"));
        keepMetadata(old, updated);
        raiseGeneration(old, updated);
    }

    /// Only resources change. Where containers do as well, all stays as it was sent and is refused
    /// by the rules.
    static void resize(Tree old, Tree updated, Runnable keepAll) {
        Tree asked = updated.copy();
        boolean sameCount = true;
        for (String list : List.of("spec.containers", "spec.initContainers")) {
            sameCount &= asked.trees(list).size() == old.trees(list).size();
        }
        if (sameCount) {
            keepAll.run();
            updated.keep("spec.resources", asked);
            for (String list : List.of("spec.containers", "spec.initContainers")) {
                if (names(asked, list).equals(names(old, list))) {
                    keepResources(updated.trees(list), asked.trees(list));
                } else {
                    updated.keep(list, asked);
                }
            }
            keepMetadata(old, updated);
        }
        if (!updated.has("spec.resources")) {
            updated.keep("spec.resources", old);
        }
        PodLevelResources.applyDefaults(updated.ensure("spec"));
        DisabledPodFields.drop(updated.tree("spec"), old.tree("spec"));
        raiseGeneration(old, updated);
    }

    private static List<String> names(Tree pod, String list) {
        return pod.trees(list).stream().map(container -> container.string("name", "")).toList();
    }

    private static void keepResources(List<Tree> containers, List<Tree> asked) {
        for (int i = 0; i < containers.size(); i++) {
            containers.get(i).keep("resources", asked.get(i));
            containers.get(i).keep("resizePolicy", asked.get(i));
        }
    }

    /// Upstream's `ResetObjectMetaForStatus`.
    private static void keepMetadata(Tree old, Tree updated) {
        for (String field : List.of("labels", "annotations", "finalizers", "ownerReferences")) {
            updated.keep("metadata." + field, old);
        }
    }

    private static void raiseGeneration(Tree old, Tree updated) {
        if (!updated.semanticallyEquals(old, "spec")) {
            updated.set("metadata.generation", old.longValue("metadata.generation", 0) + 1);
        }
    }
}
