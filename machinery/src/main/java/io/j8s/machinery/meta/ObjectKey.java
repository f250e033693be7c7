package io.j8s.machinery.meta;

/// Namespace and name of one object of a known resource.
///
/// @param namespace empty for cluster-scoped objects
public record ObjectKey(String namespace, String name) implements Comparable<ObjectKey> {

    public static ObjectKey clusterScoped(String name) {
        return new ObjectKey("", name);
    }

    /// `namespace/name`, or only the name of a cluster-scoped object, as client-go's queue keys.
    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }

    @Override
    public int compareTo(ObjectKey other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }
}
