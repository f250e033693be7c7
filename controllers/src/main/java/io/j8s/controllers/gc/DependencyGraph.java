package io.j8s.controllers.gc;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Who owns whom, as the informers have told so far. A change answers with the objects that have to
/// be looked at because of it. Safe for use by many threads, guarded by its monitor; it holds one
/// small node for each object of the cluster.
///
/// Where upstream puts a "virtual" node for an owner that no informer has shown yet, here the
/// dependent itself is looked at: only the server can say that an owner does not exist.
final class DependencyGraph {

    static final String FOREGROUND = "foregroundDeletion";
    static final String ORPHAN = "orphan";

    /// @param waitsForDependents deleted in the foreground: stays until what blocks it is gone
    record Node(
            Kind<?> kind,
            ObjectKey key,
            String uid,
            List<OwnerReference> owners,
            boolean isTerminating,
            boolean waitsForDependents,
            boolean waitsForOrphans) {
        Node {
            owners = List.copyOf(owners);
        }

        boolean blocks(String ownerUid) {
            return owners.stream()
                    .anyMatch(ref ->
                            ref.getUid().equals(ownerUid)
                                    && Boolean.TRUE.equals(ref.getBlockOwnerDeletion()));
        }

        /// Whether a reference to this uid also names the right object.
        boolean isMeantBy(OwnerReference ref, String namespace) {
            return ref.getName().equals(key.name())
                    && ref.getKind().equals(kind.kind())
                    && group(ref.getApiVersion()).equals(kind.group())
                    && (key.namespace().isEmpty() || key.namespace().equals(namespace));
        }
    }

    /// What a change asks for.
    ///
    /// @param check uids to be looked at: delete, unblock or leave alone
    /// @param orphan uids whose dependents are to be set free
    /// @param wrongNamespace a reference that crosses namespaces, for an event; or null
    record Todo(Set<String> check, Set<String> orphan, @Nullable OwnerReference wrongNamespace) {
        Todo {
            check = Set.copyOf(check);
            orphan = Set.copyOf(orphan);
        }
    }

    private final Map<String, Node> nodes = new HashMap<>();
    private final Map<String, Set<String>> dependents = new HashMap<>();

    static String group(String apiVersion) {
        int slash = apiVersion.indexOf('/');
        return slash < 0 ? "" : apiVersion.substring(0, slash);
    }

    static boolean hasFinalizer(HasMetadata object, String finalizer) {
        return Meta.finalizers(object).contains(finalizer);
    }

    synchronized @Nullable Node node(String uid) {
        return nodes.get(uid);
    }

    synchronized int size() {
        return nodes.size();
    }

    synchronized List<Node> dependentsOf(String uid) {
        var result = new ArrayList<Node>();
        for (var dependent : dependents.getOrDefault(uid, Set.of())) {
            var node = nodes.get(dependent);
            if (node != null) {
                result.add(node);
            }
        }
        return result;
    }

    synchronized Todo put(Kind<?> kind, HasMetadata object) {
        var uid = Meta.uid(object);
        boolean terminating = Meta.isTerminating(object);
        var node =
                new Node(
                        kind,
                        Meta.key(object),
                        uid,
                        Meta.owners(object),
                        terminating,
                        terminating && hasFinalizer(object, FOREGROUND),
                        terminating && hasFinalizer(object, ORPHAN));
        var before = nodes.put(uid, node);
        var check = new LinkedHashSet<String>();
        var orphan = new LinkedHashSet<String>();
        OwnerReference wrong = null;
        if (before == null || !before.owners.equals(node.owners)) {
            unlink(before);
            node.owners.forEach(ref ->
                    dependents.computeIfAbsent(ref.getUid(), _ -> new LinkedHashSet<>()).add(uid));
            unblocked(before, node, check);
            for (var ref : node.owners) {
                var owner = nodes.get(ref.getUid());
                if (owner == null || !owner.isMeantBy(ref, node.key.namespace())) {
                    check.add(uid);
                }
                if (owner != null && isWrongNamespace(owner, node)) {
                    wrong = ref;
                }
            }
        }
        if (before == null) {
            // what named this uid with other coordinates is suspicious now
            for (var dependent : dependentsOf(uid)) {
                if (dependent.owners.stream()
                        .anyMatch(ref ->
                                ref.getUid().equals(uid)
                                        && !node.isMeantBy(ref, dependent.key.namespace()))) {
                    check.add(dependent.uid);
                }
            }
        }
        if (node.waitsForOrphans && (before == null || !before.waitsForOrphans)) {
            orphan.add(uid);
        } else if (node.waitsForDependents && (before == null || !before.waitsForDependents)) {
            dependentsOf(uid).forEach(dependent -> check.add(dependent.uid));
            check.add(uid);
        }
        return new Todo(check, orphan, wrong);
    }

    synchronized Todo remove(String uid) {
        var node = nodes.remove(uid);
        if (node == null) {
            return new Todo(Set.of(), Set.of(), null);
        }
        unlink(node);
        var check = new LinkedHashSet<String>();
        dependentsOf(uid).forEach(dependent -> check.add(dependent.uid));
        for (var ref : node.owners) {
            addIfWaiting(ref.getUid(), check);
        }
        return new Todo(check, Set.of(), null);
    }

    /// Forgets all objects of a resource that is no longer served.
    synchronized Set<String> uidsOf(Kind<?> kind) {
        var uids = new HashSet<String>();
        nodes.values().stream()
                .filter(node -> node.kind.resource().equals(kind.resource()))
                .forEach(node -> uids.add(node.uid));
        return uids;
    }

    private static boolean isWrongNamespace(Node owner, Node dependent) {
        return !owner.key.namespace().isEmpty()
                && !owner.key.namespace().equals(dependent.key.namespace());
    }

    /// Owners that no longer wait for this dependent: the reference is gone or blocks no more.
    private void unblocked(@Nullable Node before, Node after, Set<String> check) {
        if (before == null) {
            return;
        }
        for (var ref : before.owners) {
            if (!after.blocks(ref.getUid())) {
                addIfWaiting(ref.getUid(), check);
            }
        }
    }

    private void addIfWaiting(String uid, Set<String> check) {
        var owner = nodes.get(uid);
        if (owner != null && owner.waitsForDependents) {
            check.add(uid);
        }
    }

    private void unlink(@Nullable Node node) {
        if (node == null) {
            return;
        }
        for (var ref : node.owners) {
            dependents.computeIfPresent(
                    ref.getUid(),
                    (_, uids) -> {
                        uids.remove(node.uid);
                        return uids.isEmpty() ? null : uids;
                    });
        }
    }
}
