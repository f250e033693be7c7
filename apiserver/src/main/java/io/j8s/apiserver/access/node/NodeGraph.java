package io.j8s.apiserver.access.node;

import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Which objects the pods of each node need (upstream: `plugin/pkg/auth/authorizer/node/graph.go`).
/// Written by the cache's threads; read by any thread.
public final class NodeGraph {

    static final GroupResource PODS = new GroupResource("", "pods");
    static final GroupResource VOLUMES = new GroupResource("", "persistentvolumes");
    static final GroupResource ATTACHMENTS =
            new GroupResource("storage.k8s.io", "volumeattachments");
    static final GroupResource SLICES = new GroupResource("resource.k8s.io", "resourceslices");
    static final GroupResource CERTIFICATE_REQUESTS =
            new GroupResource("certificates.k8s.io", "podcertificaterequests");

    /// Something a pod refers to.
    record Ref(String kind, ObjectKey key) {}

    private record PodEntry(String node, Set<Ref> refs) {}

    private record VolumeEntry(ObjectKey claim, Set<ObjectKey> secrets) {}

    private final Map<ObjectKey, PodEntry> pods = new HashMap<>(); // the cache thread's
    private final Map<String, Map<Ref, Integer>> byNode = new ConcurrentHashMap<>();
    private final Map<String, VolumeEntry> volumes = new ConcurrentHashMap<>();
    private final Map<ObjectKey, String> attachments = new ConcurrentHashMap<>();
    private final Map<ObjectKey, String> slices = new ConcurrentHashMap<>();
    private final Map<ObjectKey, String> certificateRequests = new ConcurrentHashMap<>();

    public NodeGraph(Lookup lookup) {
        lookup.subscribe(PODS, new Pods());
        lookup.subscribe(VOLUMES, new Volumes());
        lookup.subscribe(ATTACHMENTS, new NodeNames(attachments, "spec.nodeName"));
        lookup.subscribe(SLICES, new NodeNames(slices, "spec.nodeName"));
        lookup.subscribe(CERTIFICATE_REQUESTS, new NodeNames(certificateRequests, "spec.nodeName"));
    }

    /// Whether a pod on `node` refers to the object directly.
    boolean refers(String node, String kind, ObjectKey key) {
        var refs = byNode.get(node);
        return refs != null && refs.containsKey(new Ref(kind, key));
    }

    /// A Secret may be needed by a pod or by a volume that a pod claims.
    boolean needsSecret(String node, ObjectKey key) {
        if (refers(node, "Secret", key)) {
            return true;
        }
        for (var volume : volumes.values()) {
            if (volume.secrets.contains(key) && refers(node, "Claim", volume.claim)) {
                return true;
            }
        }
        return false;
    }

    boolean needsVolume(String node, String name) {
        var volume = volumes.get(name);
        return volume != null && refers(node, "Claim", volume.claim);
    }

    boolean isAttachedTo(String node, String attachment) {
        return node.equals(attachments.get(ObjectKey.clusterScoped(attachment)));
    }

    boolean isSliceOf(String node, String slice) {
        return node.equals(slices.get(ObjectKey.clusterScoped(slice)));
    }

    boolean isRequestOf(String node, ObjectKey request) {
        return node.equals(certificateRequests.get(request));
    }

    private final class Pods implements Lookup.Listener {

        @Override
        public void put(ObjectKey key, Tree pod) {
            var node = pod.string("spec.nodeName", "");
            // upstream: a finished pod still lets its node read, until it is deleted
            var entry =
                    node.isEmpty()
                            ? new PodEntry("", Set.of())
                            : new PodEntry(node, PodReferences.of(key, pod));
            var before = pods.put(key, entry);
            if (entry.equals(before)) {
                return;
            }
            count(entry, 1); // first more, then less: what stays is never missing in between
            if (before != null) {
                count(before, -1);
            }
        }

        @Override
        public void deleted(ObjectKey key) {
            var before = pods.remove(key);
            if (before != null) {
                count(before, -1);
            }
        }

        private void count(PodEntry entry, int by) {
            if (entry.node.isEmpty()) {
                return;
            }
            var refs = byNode.computeIfAbsent(entry.node, _ -> new ConcurrentHashMap<>());
            for (var ref : entry.refs) {
                refs.merge(ref, by, (a, b) -> a + b == 0 ? null : a + b);
            }
            if (refs.isEmpty()) {
                byNode.remove(entry.node);
            }
        }
    }

    private final class Volumes implements Lookup.Listener {

        @Override
        public void put(ObjectKey key, Tree volume) {
            var claim = volume.tree("spec.claimRef");
            if (claim == null) {
                volumes.remove(key.name());
                return;
            }
            var claimKey = new ObjectKey(claim.string("namespace", ""), claim.string("name", ""));
            volumes.put(
                    key.name(), new VolumeEntry(claimKey, secrets(volume, claimKey.namespace())));
        }

        @Override
        public void deleted(ObjectKey key) {
            volumes.remove(key.name());
        }

        /// Every field of a volume source that names a Secret ends in `secretRef`, or says its name
        /// beside a `secretNamespace`; without one it is the claim's.
        private static Set<ObjectKey> secrets(Tree volume, String claimNamespace) {
            var out = new HashSet<ObjectKey>();
            volume.walk((path, _, value) -> {
                if (value instanceof Tree ref && isSecretRef(path) && ref.has("name")) {
                    var own = ref.string("namespace", "");
                    out.add(
                            new ObjectKey(
                                    own.isEmpty() ? claimNamespace : own, ref.string("name", "")));
                }
                return true;
            });
            var azure = volume.tree("spec.azureFile");
            if (azure != null) {
                var own = azure.string("secretNamespace", "");
                out.add(
                        new ObjectKey(
                                own.isEmpty() ? claimNamespace : own,
                                azure.string("secretName", "")));
            }
            return Set.copyOf(out);
        }

        private static boolean isSecretRef(String path) {
            return path.endsWith("secretRef") || path.endsWith("SecretRef");
        }
    }

    private record NodeNames(Map<ObjectKey, String> index, String path) implements Lookup.Listener {

        @Override
        public void put(ObjectKey key, Tree object) {
            index.put(key, object.string(path, ""));
        }

        @Override
        public void deleted(ObjectKey key) {
            index.remove(key);
        }
    }
}
