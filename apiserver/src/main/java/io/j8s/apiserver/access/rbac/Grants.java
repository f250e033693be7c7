package io.j8s.apiserver.access.rbac;

import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Which rules hold for whom, indexed by subject and kept current from the cache. Written by the
/// cache's threads, one for each resource; read by any thread without locks.
public final class Grants {

    public static final String GROUP = "rbac.authorization.k8s.io";
    public static final GroupResource ROLES = new GroupResource(GROUP, "roles");
    public static final GroupResource CLUSTER_ROLES = new GroupResource(GROUP, "clusterroles");
    public static final GroupResource ROLE_BINDINGS = new GroupResource(GROUP, "rolebindings");
    public static final GroupResource CLUSTER_ROLE_BINDINGS =
            new GroupResource(GROUP, "clusterrolebindings");

    private final Map<ObjectKey, List<PolicyRule>> roles = new ConcurrentHashMap<>();
    private final Map<ObjectKey, List<PolicyRule>> clusterRoles = new ConcurrentHashMap<>();
    private final Bindings roleBindings = new Bindings("RoleBinding");
    private final Bindings clusterRoleBindings = new Bindings("ClusterRoleBinding");

    /// Fills the index and follows all changes.
    public Grants(Lookup lookup) {
        lookup.subscribe(CLUSTER_ROLES, new Roles(clusterRoles));
        lookup.subscribe(ROLES, new Roles(roles));
        lookup.subscribe(CLUSTER_ROLE_BINDINGS, clusterRoleBindings);
        lookup.subscribe(ROLE_BINDINGS, roleBindings);
    }

    /// A role named by a binding.
    public record RoleRef(String kind, String name) {}

    /// A role that a binding gives to a subject.
    ///
    /// @param text the binding as upstream's reasons name it
    private record Grant(ObjectKey binding, RoleRef role, String text)
            implements Comparable<Grant> {
        @Override
        public int compareTo(Grant other) {
            return binding.compareTo(other.binding);
        }
    }

    /// A subject that bindings of `namespace` (empty: of the cluster) give roles to; a service
    /// account is the user that its tokens name.
    private record Subject(String namespace, boolean isGroup, String name) {}

    /// Sees each rule that a user holds, and each role that cannot be found.
    interface Visitor {

        /// @param text the binding, e.g. `ClusterRoleBinding "a" of ClusterRole "b" to User "c"`
        /// @return whether to go on
        boolean rule(String text, PolicyRule rule);

        void missing(String message);
    }

    /// Visits what `user` may do: cluster-wide first, then in `namespace` unless that is empty.
    void visit(UserInfo user, String namespace, Visitor visitor) {
        if (!visit(clusterRoleBindings, "", user, visitor) || namespace.isEmpty()) {
            return;
        }
        visit(roleBindings, namespace, user, visitor);
    }

    private boolean visit(Bindings bindings, String namespace, UserInfo user, Visitor visitor) {
        if (!visit(bindings.of(new Subject(namespace, false, user.name())), namespace, visitor)) {
            return false;
        }
        for (var group : user.groups()) {
            if (!visit(bindings.of(new Subject(namespace, true, group)), namespace, visitor)) {
                return false;
            }
        }
        return true;
    }

    private boolean visit(List<Grant> grants, String namespace, Visitor visitor) {
        for (var grant : grants) {
            var rules = rulesOf(grant.role, namespace);
            if (rules == null) {
                visitor.missing(notFound(grant.role));
                continue;
            }
            for (var rule : rules) {
                if (!visitor.rule(grant.text, rule)) {
                    return false;
                }
            }
        }
        return true;
    }

    static String notFound(RoleRef role) {
        return "%s.rbac.authorization.k8s.io %s not found"
                .formatted(
                        role.kind().equals("ClusterRole") ? "clusterrole" : "role",
                        FieldErrors.quote(role.name()));
    }

    /// The rules of a role; null when there is no such role.
    public @Nullable List<PolicyRule> rulesOf(RoleRef role, String namespace) {
        return switch (role.kind()) {
            case "ClusterRole" -> clusterRoles.get(ObjectKey.clusterScoped(role.name()));
            case "Role" -> roles.get(new ObjectKey(namespace, role.name()));
            default -> null;
        };
    }

    /// Every rule that `user` holds in `namespace`, and what kept some from being found.
    public Held heldBy(UserInfo user, String namespace) {
        var rules = new ArrayList<PolicyRule>();
        var errors = new ArrayList<String>();
        visit(
                user,
                namespace,
                new Visitor() {
                    @Override
                    public boolean rule(String text, PolicyRule rule) {
                        rules.add(rule);
                        return true;
                    }

                    @Override
                    public void missing(String message) {
                        errors.add(message);
                    }
                });
        return new Held(rules, errors);
    }

    /// @param errors roles that bindings name and that do not exist
    public record Held(List<PolicyRule> rules, List<String> errors) {
        public Held {
            rules = List.copyOf(rules);
            errors = List.copyOf(errors);
        }
    }

    private record Roles(Map<ObjectKey, List<PolicyRule>> index) implements Lookup.Listener {

        @Override
        public void put(ObjectKey key, Tree role) {
            index.put(key, List.copyOf(PolicyRule.allOf(role)));
        }

        @Override
        public void deleted(ObjectKey key) {
            index.remove(key);
        }
    }

    /// The bindings of one kind. Its methods as a listener are called one at a time.
    private static final class Bindings implements Lookup.Listener {

        private final String kind;
        private final Map<Subject, List<Grant>> grants = new ConcurrentHashMap<>();
        private final Map<ObjectKey, Set<Subject>> subjects = new ConcurrentHashMap<>();

        Bindings(String kind) {
            this.kind = kind;
        }

        List<Grant> of(Subject subject) {
            return grants.getOrDefault(subject, List.of());
        }

        @Override
        public void put(ObjectKey key, Tree binding) {
            var before = subjects.getOrDefault(key, Set.of());
            var now = new HashSet<Subject>();
            var role =
                    new RoleRef(
                            binding.string("roleRef.kind", ""), binding.string("roleRef.name", ""));
            for (var entry : binding.trees("subjects")) {
                var subject = subject(entry, key.namespace());
                if (subject != null && now.add(subject)) {
                    replace(subject, key, new Grant(key, role, text(key, role, entry)));
                }
            }
            for (var gone : before) {
                if (!now.contains(gone)) {
                    replace(gone, key, null);
                }
            }
            subjects.put(key, now);
        }

        @Override
        public void deleted(ObjectKey key) {
            var before = subjects.remove(key);
            if (before != null) {
                before.forEach(subject -> replace(subject, key, null));
            }
        }

        private void replace(Subject subject, ObjectKey binding, @Nullable Grant grant) {
            grants.compute(
                    subject,
                    (_, old) -> {
                        var list = new ArrayList<Grant>(old == null ? List.of() : old);
                        list.removeIf(present -> present.binding.equals(binding));
                        if (grant != null) {
                            list.add(grant);
                        }
                        list.sort(null);
                        return list.isEmpty() ? null : List.copyOf(list);
                    });
        }

        private static @Nullable Subject subject(Tree entry, String namespace) {
            var name = entry.string("name", "");
            return switch (entry.string("kind", "")) {
                case "User" -> new Subject(namespace, false, name);
                case "Group" -> new Subject(namespace, true, name);
                case "ServiceAccount" -> {
                    var home = home(entry, namespace);
                    yield home.isEmpty()
                            ? null
                            : new Subject(
                                    namespace, false, "system:serviceaccount:" + home + ":" + name);
                }
                default -> null;
            };
        }

        private static String home(Tree entry, String namespace) {
            var own = entry.string("namespace", "");
            return own.isEmpty() ? namespace : own;
        }

        private String text(ObjectKey key, RoleRef role, Tree entry) {
            var subjectName = entry.string("name", "");
            if (entry.string("kind", "").equals("ServiceAccount")) {
                subjectName += "/" + home(entry, key.namespace());
            }
            var name = key.namespace().isEmpty() ? key.name() : key.name() + "/" + key.namespace();
            return "%s %s of %s %s to %s %s"
                    .formatted(
                            kind,
                            FieldErrors.quote(name),
                            role.kind(),
                            FieldErrors.quote(role.name()),
                            entry.string("kind", ""),
                            FieldErrors.quote(subjectName));
        }
    }
}
