package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.GoValue;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.IpRules;
import io.j8s.machinery.names.NameRules;

import java.util.HashSet;
import java.util.List;

/// What may be written to a pod's status (upstream: `ValidatePodStatusUpdate`).
final class PodStatusRules {

    private static final long UID_MAX = 4294967295L; // upstream: math.MaxUint32
    private static final String NOT_NEGATIVE = "must be a non-negative integer";

    private PodStatusRules() {}

    static void validate(Tree updated, Tree old, FieldErrors errors) {
        At root = At.root(updated, errors);
        PodAnnotationRules.updates(root, old);
        conditions(root);
        nominated(root, old);
        if (root.number("status.observedGeneration") < 0) {
            root.invalid("status.observedGeneration", NOT_NEGATIVE);
        }
        root.immutable("status.qosClass", old);
        ContainerTransitions.validate(root, old);
        claims(root);
        ExtendedClaimRules.validate(root);
        podAddresses(root, old);
        hostAddresses(root, old);
        for (String list : ContainerTransitions.STATUSES) {
            users(root, list);
        }
        AllocatedStatusRules.validate(root);
    }

    private static void conditions(At root) {
        for (At condition : root.each("status.conditions")) {
            if (condition.number("observedGeneration") < 0) {
                condition.invalid("observedGeneration", NOT_NEGATIVE);
            }
            String type = condition.string("type");
            if (!List.of("PodScheduled", "Ready", "Initialized").contains(type)) {
                condition.all("Type", type, NameRules.qualifiedName(type));
            }
        }
    }

    private static void nominated(At root, Tree old) {
        String field = "status.nominatedNodeName";
        String node = root.string(field);
        if (node.isEmpty() || node.equals(old.string(field, ""))) {
            return;
        }
        root.dnsSubdomain(field);
        if (!old.string("spec.nodeName", "").isEmpty()) {
            root.forbidden(field, "may not be set on pods that are already bound to a node");
        }
    }

    private static void claims(At root) {
        var known = new HashSet<String>();
        root.tree().trees("spec.resourceClaims").forEach(c -> known.add(c.string("name", "")));
        var seen = new HashSet<String>();
        for (At status : root.each("status.resourceClaimStatuses")) {
            String name = status.string("name");
            if (!known.contains(name)) {
                status.invalid(
                        "name", name, "must match the name of an entry in `spec.resourceClaims`");
            }
            if (!seen.add(name)) {
                status.duplicate("name", name);
            }
            if (status.has("resourceClaimName")) {
                status.dnsSubdomain("resourceClaimName");
            }
        }
    }

    private static void podAddresses(At root, Tree old) {
        String field = "status.podIPs";
        addresses(root, old, field);
        var all = root.tree().trees(field);
        String one = root.string("status.podIP");
        if (one.isEmpty() != all.isEmpty()) {
            root.invalid(field, "podIP and podIPs must either both be set or both be unset");
        } else if (!all.isEmpty() && !all.getFirst().string("ip", "").equals(one)) {
            root.invalid(
                    field + "[0].ip", all.getFirst().string("ip", ""), "must be equal to `podIP`");
        }
    }

    private static void hostAddresses(At root, Tree old) {
        var all = root.tree().trees("status.hostIPs");
        if (all.isEmpty()) {
            return;
        }
        String first = all.getFirst().string("ip", "");
        if (!first.equals(root.string("status.hostIP"))) {
            root.invalid("status.hostIPs[0].ip", first, "must be equal to `hostIP`");
        }
        addresses(root, old, "status.hostIPs");
    }

    /// Addresses that are none stay allowed where they are stored.
    private static void addresses(At root, Tree old, String field) {
        var before = old.trees(field).stream().map(each -> each.string("ip", "")).toList();
        int six = 0;
        var addresses = root.each(field);
        for (At address : addresses) {
            String ip = address.string("ip");
            if (!before.contains(ip)) {
                IpRules.legacyAddress(ip, true)
                        .forEach(text -> root.errors().invalid(address.path(), ip, text));
            }
            six += IpRules.isIpv6(ip) ? 1 : 0;
        }
        if (addresses.size() > 1 && (addresses.size() > 2 || six != 1)) {
            root.errors()
                    .invalid(
                            field,
                            GoValue.shown(root.get(field)),
                            "may specify no more than one IP for each IP family");
        }
    }

    private static void users(At root, String list) {
        String system = root.string("spec.os.name");
        for (At status : root.each(list)) {
            if (!(status.at("user.linux") instanceof At user)) {
                continue;
            }
            if (system.equals("windows")) {
                status.forbidden("user.linux", "cannot be set for a windows pod");
                continue;
            }
            long uid = user.number("uid");
            if (uid < 0 || uid > UID_MAX) {
                user.invalid("uid", uid, "must be between 0 and " + UID_MAX + ", inclusive");
            }
            user.all("gid", user.number("gid"), NameRules.groupId(user.number("gid")));
            if (user.tree().list("supplementalGroups") instanceof TreeList groups) {
                for (int i = 0; i < groups.size(); i++) {
                    if (groups.get(i) instanceof Num id) {
                        user.all(
                                "supplementalGroups[" + i + "]",
                                id,
                                NameRules.groupId(id.longValue()));
                    }
                }
            }
        }
    }
}
