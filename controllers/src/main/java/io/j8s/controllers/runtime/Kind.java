package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;

/// A resource as the API serves it, tied to the class that its objects are read into.
///
/// @param group empty for the core group
/// @param plural the resource's name in paths
/// @param metadataOnly whether the server is asked for `PartialObjectMetadata` only
public record Kind<T extends HasMetadata>(
        Class<T> type,
        String group,
        String version,
        String plural,
        String kind,
        boolean isNamespaced,
        boolean metadataOnly) {

    public static <T extends HasMetadata> Kind<T> namespaced(
            Class<T> type, String group, String version, String plural, String kind) {
        return new Kind<>(type, group, version, plural, kind, true, false);
    }

    public static <T extends HasMetadata> Kind<T> cluster(
            Class<T> type, String group, String version, String plural, String kind) {
        return new Kind<>(type, group, version, plural, kind, false, false);
    }

    public GroupVersionResource resource() {
        return new GroupVersionResource(group, version, plural);
    }

    public GroupResource groupResource() {
        return new GroupResource(group, plural);
    }

    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /// `/api/v1/namespaces/NS/pods`; an empty namespace means all of them.
    public String collectionPath(String namespace) {
        var path = new StringBuilder(group.isEmpty() ? "/api/" : "/apis/" + group + "/");
        path.append(version);
        if (isNamespaced && !namespace.isEmpty()) {
            path.append("/namespaces/").append(namespace);
        }
        return path.append('/').append(plural).toString();
    }

    public String path(ObjectKey key) {
        return collectionPath(key.namespace()) + "/" + key.name();
    }
}
