package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.GoValue;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.IpRules;
import io.j8s.machinery.names.NameRules;

import java.util.HashSet;
import java.util.List;

/// What may change in a pod that exists (upstream: `ValidatePodUpdate` and its like for status,
/// ephemeral containers and resize).
final class PodUpdates {

    private static final String MIRROR = "kubernetes.io/config.mirror";
    private static final String CHANGEABLE =
            "`spec.containers[*].image`,`spec.initContainers[*].image`,"
                    + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing"
                    + " tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1"
                    + " if it was previously negative)";

    private PodUpdates() {}

    static void update(Tree updated, Tree old, FieldErrors errors) {
        At root = At.root(updated, errors);
        PodValidation.metadataAndSpec(root);
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
        var before = new HashSet<String>();
        old.trees("spec.schedulingGates").forEach(gate -> before.add(gate.string("name", "")));
        for (At gate : root.each("spec.schedulingGates")) {
            if (!before.contains(gate.string("name"))) {
                gate.forbidden(
                        "name",
                        "only deletion is allowed, but found new scheduling gate '"
                                + gate.string("name")
                                + "'");
            }
        }
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
            for (String list : List.of("matchExpressions", "matchFields")) {
                var kept = before.get(i).trees(list);
                var terms = now.get(i).tree().trees(list);
                boolean prefix = terms.size() >= kept.size();
                for (int j = 0; prefix && j < kept.size(); j++) {
                    prefix = kept.get(j).semanticallyEquals(terms.get(j));
                }
                if (!prefix) {
                    now.get(i)
                            .errors()
                            .invalid(
                                    now.get(i).path(),
                                    GoValue.shown(now.get(i).tree()),
                                    "only additions are allowed (no mutations or deletions)");
                    break;
                }
            }
        }
    }

    static void status(Tree updated, Tree old, FieldErrors errors) {
        At root = At.root(updated, errors);
        for (At condition : root.each("status.conditions")) {
            String type = condition.string("type");
            if (!List.of("PodScheduled", "Ready", "Initialized").contains(type)) {
                String path = condition.path().replace("status.conditions", "metadata.conditions");
                NameRules.qualifiedName(type)
                        .forEach(text -> errors.invalid(path + ".Type", type, text));
            }
        }
        String nominated = root.string("status.nominatedNodeName");
        if (!nominated.isEmpty() && !nominated.equals(old.string("status.nominatedNodeName", ""))) {
            root.dnsSubdomain("status.nominatedNodeName");
        }
        if (old.has("status.qosClass")) {
            root.immutable("status.qosClass", old);
        }
        String policy = old.string("spec.restartPolicy", "");
        var sidecars = new HashSet<String>();
        for (Tree container : old.trees("spec.initContainers")) {
            if (container.string("restartPolicy", "").equals("Always")) {
                sidecars.add(container.string("name", ""));
            }
        }
        transitions(root, old, "status.containerStatuses", policy, new HashSet<>());
        transitions(root, old, "status.initContainerStatuses", policy, sidecars);
        transitions(root, old, "status.ephemeralContainerStatuses", "Never", new HashSet<>());
        addresses(root, "status.podIPs");
        if (!updated.trees("status.hostIPs").isEmpty()) {
            String first = updated.string("status.hostIPs[0].ip", "");
            if (!first.equals(updated.string("status.hostIP", ""))) {
                root.invalid("status.hostIPs[0].ip", first, "must be equal to `hostIP`");
            }
            addresses(root, "status.hostIPs");
        }
    }

    private static void transitions(
            At root, Tree old, String list, String policy, java.util.Set<String> restartable) {
        if (policy.equals("Always")) {
            return;
        }
        var before = old.trees(list);
        for (int i = 0; i < before.size(); i++) {
            Tree was = before.get(i);
            boolean mayRestart =
                    !was.has("state.terminated")
                            || restartable.contains(was.string("name", ""))
                            || (policy.equals("OnFailure")
                                    && was.longValue("state.terminated.exitCode", 0) != 0);
            if (mayRestart) {
                continue;
            }
            for (Tree now : root.tree().trees(list)) {
                if (now.string("name", "").equals(was.string("name", ""))
                        && !now.has("state.terminated")) {
                    root.forbidden(
                            list + "[" + i + "].state",
                            "may not be transitioned to non-terminated state");
                }
            }
        }
    }

    private static void addresses(At root, String field) {
        var seen = new HashSet<String>();
        int six = 0;
        var addresses = root.each(field);
        for (At address : addresses) {
            String ip = address.string("ip");
            IpRules.legacyAddress(ip, true)
                    .forEach(text -> root.errors().invalid(address.path(), ip, text));
            six += IpRules.isIpv6(ip) ? 1 : 0;
        }
        if (addresses.size() > 1 && (addresses.size() > 2 || six != 1)) {
            root.invalid(field, "may specify no more than one IP for each IP family");
        }
        for (At address : addresses) {
            if (!seen.add(address.string("ip"))) {
                root.errors().duplicate(address.path(), address.tree());
            }
        }
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

    static void resize(Tree updated, Tree old, FieldErrors errors) {
        At root = At.root(updated, errors);
        if (old.stringMap("metadata.annotations").containsKey(MIRROR)) {
            errors.forbidden("", "static pods cannot be resized");
            return;
        }
        if (old.string("spec.os.name", "").equals("windows")) {
            errors.forbidden("", "windows pods cannot be resized");
            return;
        }
        PodValidation.metadataAndSpec(root);
        String qos = PodQos.of(updated.ensure("spec"));
        if (!qos.equals(PodQos.of(old.ensure("spec")))) {
            root.invalid(
                    "spec",
                    updated.string("status.qosClass", ""),
                    "Pod QOS Class may not change as a result of resizing");
        }
        for (Tree status : old.trees("status.containerStatuses")) {
            if (status.has("state.running")) {
                if (!status.has("resources")) {
                    root.forbidden("spec", "Pod running on node without support for resize");
                }
                break;
            }
        }
        boolean sameContainers = sameContainers(root, old, "containers");
        if (sameContainers(root, old, "initContainers") && sameContainers) {
            containers(root, old, "spec.initContainers");
            containers(root, old, "spec.containers");
        }
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

    private static void containers(At root, Tree old, String list) {
        var before = old.trees(list);
        var now = root.each(list);
        for (int i = 0; i < now.size() && i < before.size(); i++) {
            At container = now.get(i);
            boolean init = list.equals("spec.initContainers");
            boolean sidecar = container.string("restartPolicy").equals("Always");
            if (init && !sidecar) {
                if (!container.tree().semanticallyEquals(before.get(i))) {
                    root.forbidden(
                            "spec", "resources for non-sidecar init containers are immutable");
                }
                continue;
            }
            resources(container, before.get(i));
            Tree munged = container.tree().copy();
            for (String kind : List.of("resources.limits", "resources.requests")) {
                for (String name : List.of("cpu", "memory")) {
                    var was = before.get(i).map(kind);
                    if (was != null || munged.map(kind) != null) {
                        munged.ensureMap(kind).put(name, was == null ? null : was.string(name));
                    }
                }
            }
            if (!munged.semanticallyEquals(before.get(i), "resources")) {
                root.forbidden(
                        "spec",
                        init
                                ? "only cpu and memory resources for sidecar containers are mutable"
                                : "only cpu and memory resources are mutable");
            }
        }
    }

    private static void resources(At container, Tree before) {
        for (String kind : List.of("requests", "limits")) {
            var was = before.map("resources." + kind);
            var is = container.keys("resources." + kind);
            if (was != null && !is.containsAll(was.keys())) {
                container.forbidden("resources." + kind, "resource " + kind + " cannot be removed");
            }
        }
    }
}
