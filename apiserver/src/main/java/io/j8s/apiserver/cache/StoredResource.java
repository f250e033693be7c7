package io.j8s.apiserver.cache;

import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.storage.model.Bytes;

/// Where a resource's objects lie in the store (`data/storage.tsv`).
///
/// @param prefix key prefix without the last slash, e.g. `/registry/services/specs`
public record StoredResource(GroupResource resource, String prefix, boolean namespaced) {

    /// `PREFIX/NAMESPACE/NAME`, or `PREFIX/NAME` of a cluster-scoped resource.
    public Bytes storeKey(ObjectKey key) {
        return Bytes.of(
                namespaced
                        ? prefix + "/" + key.namespace() + "/" + key.name()
                        : prefix + "/" + key.name());
    }

    /// The reverse of [#storeKey].
    public ObjectKey objectKey(Bytes storeKey) {
        String tail = storeKey.toString().substring(prefix.length() + 1);
        int slash = namespaced ? tail.indexOf('/') : -1;
        return slash < 0
                ? ObjectKey.clusterScoped(tail)
                : new ObjectKey(tail.substring(0, slash), tail.substring(slash + 1));
    }

    /// What all its keys begin with. The slash keeps `/registry/pods` apart from
    /// `/registry/podsecuritypolicy`.
    public Bytes everything() {
        return Bytes.of(prefix + "/");
    }

    /// What the keys of one namespace begin with.
    public Bytes namespace(String namespace) {
        return Bytes.of(prefix + "/" + namespace + "/");
    }
}
