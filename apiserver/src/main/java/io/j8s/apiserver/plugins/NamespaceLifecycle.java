package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Keeps objects out of namespaces that do not exist or are going, and system namespaces in
/// existence (upstream: `plugin/namespace/lifecycle`).
public final class NamespaceLifecycle implements AdmissionPlugin {

    private static final GroupResource NAMESPACES = new GroupResource("", "namespaces");
    private static final Set<String> IMMORTAL = Set.of("default", "kube-system", "kube-public");
    private static final int RECENT_MAX = 1024;

    private final Lookup lookup;
    // deletions seen by this server that its cache may not show yet
    private final Map<String, Boolean> deleting = new ConcurrentHashMap<>();

    public NamespaceLifecycle(Lookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public String name() {
        return "NamespaceLifecycle";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        return attributes.operation() != Operation.CONNECT;
    }

    @Override
    public void mutate(AdmissionAttributes attributes) throws InterruptedException {
        if (Refusals.isFor(attributes, "", "namespaces")) {
            guardNamespace(attributes);
            return;
        }
        var namespace = attributes.key().namespace();
        if (namespace.isEmpty()
                || attributes.operation() == Operation.DELETE
                || isAccessReview(attributes)) {
            return;
        }
        var found = find(namespace);
        if (found.isEmpty()) {
            throw new ApiException(new ApiError.NotFound(NAMESPACES, namespace));
        }
        if (Refusals.isCreate(attributes) && isTerminating(found.get())) {
            throw new ApiException(
                    new ApiError.NamespaceTerminating(
                            attributes.resource().groupResource(),
                            Refusals.name(attributes),
                            namespace));
        }
    }

    private void guardNamespace(AdmissionAttributes attributes) {
        if (attributes.operation() != Operation.DELETE) {
            return;
        }
        var name = attributes.key().name();
        if (IMMORTAL.contains(name)) {
            throw Refusals.forbidden(attributes, "this namespace may not be deleted");
        }
        if (deleting.size() >= RECENT_MAX) {
            deleting.clear();
        }
        deleting.put(name, true);
    }

    /// Upstream: reviews must not tell whether a namespace exists.
    private static boolean isAccessReview(AdmissionAttributes attributes) {
        return Refusals.isFor(attributes, "authorization.k8s.io", "localsubjectaccessreviews");
    }

    private Optional<Tree> find(String namespace) throws InterruptedException {
        var key = ObjectKey.clusterScoped(namespace);
        var cached = lookup.get(NAMESPACES, key);
        boolean mayBeOld = cached.isEmpty() || deleting.containsKey(namespace);
        if (!mayBeOld) {
            return cached;
        }
        var fresh = lookup.getFresh(NAMESPACES, key);
        if (fresh.isPresent() && !isTerminating(fresh.get())) {
            deleting.remove(namespace); // another one of that name, or the deletion was refused
        }
        return fresh;
    }

    private static boolean isTerminating(Tree namespace) {
        return namespace.string("status.phase", "").equals("Terminating")
                || namespace.has("metadata.deletionTimestamp");
    }
}
