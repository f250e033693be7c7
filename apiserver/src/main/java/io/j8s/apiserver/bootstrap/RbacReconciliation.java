package io.j8s.apiserver.bootstrap;

import io.j8s.apiserver.access.rbac.BootstrapPolicy;
import io.j8s.apiserver.access.rbac.BootstrapPolicy.Binding;
import io.j8s.apiserver.access.rbac.BootstrapPolicy.Role;
import io.j8s.apiserver.access.rbac.BootstrapPolicy.Subject;
import io.j8s.apiserver.access.rbac.Grants;
import io.j8s.apiserver.access.rbac.PolicyRule;
import io.j8s.apiserver.access.rbac.RuleCover;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Brings roles and bindings up to the bootstrap policy: adds what is missing, never takes away
/// what somebody added, and leaves alone what is marked `autoupdate: "false"` (upstream:
/// `component-helpers/auth/rbac/reconciliation`).
final class RbacReconciliation {

    private static final String AUTO_UPDATE = "rbac.authorization.kubernetes.io/autoupdate";
    private static final Map<String, String> LABEL =
            Map.of("kubernetes.io/bootstrapping", "rbac-defaults");

    private final Ensure ensure;

    RbacReconciliation(Ensure ensure) {
        this.ensure = ensure;
    }

    /// One object each; the order does not matter.
    List<Task> tasks(BootstrapPolicy policy) {
        var out = new ArrayList<Task>();
        for (var role : policy.roles()) {
            var resource = role.namespace().isEmpty() ? Grants.CLUSTER_ROLES : Grants.ROLES;
            var wanted = role(role);
            out.add(() -> ensure.exists(v1(resource), wanted, found -> merged(found, wanted)));
        }
        for (var binding : policy.bindings()) {
            out.add(() -> bind(binding));
        }
        return out;
    }

    /// Something that blocks.
    @FunctionalInterface
    interface Task {
        void run() throws InterruptedException;
    }

    private static GroupVersionResource v1(GroupResource resource) {
        return new GroupVersionResource(resource.group(), "v1", resource.resource());
    }

    private static GroupVersionKind kind(String kind) {
        return new GroupVersionKind(Grants.GROUP, "v1", kind);
    }

    private Tree role(Role role) {
        var out =
                ensure.object(
                        kind(role.namespace().isEmpty() ? "ClusterRole" : "Role"),
                        new ObjectKey(role.namespace(), role.name()));
        mark(out, role.labels());
        if (!role.aggregates().isEmpty()) {
            out.ensureList("aggregationRule.clusterRoleSelectors")
                    .addTree()
                    .set("matchLabels", Map.of(role.aggregates(), "true"));
        }
        for (var rule : role.rules()) {
            rule.writeTo(out.ensureList("rules").addTree());
        }
        return out;
    }

    private static void mark(Tree object, Map<String, String> labels) {
        var all = new LinkedHashMap<>(labels);
        all.putAll(LABEL);
        object.set("metadata.labels", all);
        object.set("metadata.annotations", Map.of(AUTO_UPDATE, "true"));
    }

    /// Null when the role already has everything.
    static @Nullable Tree merged(Tree found, Tree wanted) {
        if (isProtected(found)) {
            return null;
        }
        boolean changed = addMetadata(found, wanted);
        var missing = RuleCover.missing(PolicyRule.allOf(found), PolicyRule.allOf(wanted));
        for (var rule : RuleCover.compact(missing)) {
            rule.writeTo(found.ensureList("rules").addTree());
            changed = true;
        }
        if (wanted.type().index("aggregationRule") >= 0) { // a namespaced role has none
            changed |= addSelectors(found, wanted);
        }
        return changed ? found : null;
    }

    private static boolean addSelectors(Tree found, Tree wanted) {
        boolean changed = false;
        for (var selector : wanted.trees("aggregationRule.clusterRoleSelectors")) {
            var list = found.ensureList("aggregationRule.clusterRoleSelectors");
            if (list.trees().stream().noneMatch(selector::semanticallyEquals)) {
                list.addValue(selector.copy());
                changed = true;
            }
        }
        return changed;
    }

    private static boolean isProtected(Tree found) {
        return "false".equals(found.stringMap("metadata.annotations").get(AUTO_UPDATE));
    }

    /// Upstream: what exists wins over what is expected.
    private static boolean addMetadata(Tree found, Tree wanted) {
        boolean changed = false;
        for (var field : List.of("metadata.labels", "metadata.annotations")) {
            var present = found.stringMap(field);
            for (var entry : wanted.stringMap(field).entrySet()) {
                if (!present.containsKey(entry.getKey())) {
                    found.ensureMap(field).put(entry.getKey(), entry.getValue());
                    changed = true;
                }
            }
        }
        return changed;
    }

    private void bind(Binding binding) throws InterruptedException {
        var resource =
                v1(
                        binding.namespace().isEmpty()
                                ? Grants.CLUSTER_ROLE_BINDINGS
                                : Grants.ROLE_BINDINGS);
        var wanted = binding(binding);
        var key = Ensure.key(wanted);
        var found = ensure.lookup().get(resource.groupResource(), key);
        // a binding's role cannot be changed: another role means another binding
        if (found.isPresent()
                && !isProtected(found.get())
                && !found.get().semanticallyEquals(wanted, "roleRef")) {
            ensure.gone(resource, key);
        }
        ensure.exists(resource, wanted, present -> mergedBinding(present, wanted));
    }

    static @Nullable Tree mergedBinding(Tree found, Tree wanted) {
        if (isProtected(found)) {
            return null;
        }
        boolean changed = addMetadata(found, wanted);
        for (var subject : wanted.trees("subjects")) {
            if (found.trees("subjects").stream().noneMatch(subject::semanticallyEquals)) {
                found.ensureList("subjects").addValue(subject.copy());
                changed = true;
            }
        }
        return changed ? found : null;
    }

    private Tree binding(Binding binding) {
        boolean isCluster = binding.namespace().isEmpty();
        var out =
                ensure.object(
                        kind(isCluster ? "ClusterRoleBinding" : "RoleBinding"),
                        new ObjectKey(binding.namespace(), binding.name()));
        mark(out, Map.of());
        out.set("roleRef.apiGroup", Grants.GROUP);
        out.set("roleRef.kind", isCluster ? "ClusterRole" : "Role");
        out.set("roleRef.name", binding.role());
        for (var subject : binding.subjects()) {
            write(out.ensureList("subjects").addTree(), subject);
        }
        return out;
    }

    private static void write(Tree out, Subject subject) {
        out.set("kind", subject.kind()).set("name", subject.name());
        if (subject.kind().equals("ServiceAccount")) {
            out.set("namespace", subject.namespace());
        } else {
            out.set("apiGroup", Grants.GROUP);
        }
    }
}
