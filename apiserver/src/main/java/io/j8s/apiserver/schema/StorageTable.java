package io.j8s.apiserver.schema;

import io.j8s.machinery.meta.GroupResource;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// Where and how each resource is stored, as upstream does it: `facts/storage.tsv`. Immutable.
public final class StorageTable {

    /// How stored bytes are encoded.
    public enum Encoding {
        PROTOBUF,
        JSON
    }

    /// @param group empty for core
    /// @param prefix e.g. `/registry/services/specs`, without a slash at the end
    /// @param namespaced keys continue with namespace and name, else with the name
    /// @param storedVersion `apiVersion` of the stored object
    public record Entry(
            String group,
            String resource,
            String prefix,
            boolean namespaced,
            String storedVersion,
            Encoding encoding) {}

    private final Map<GroupResource, Entry> entries;

    StorageTable(Map<GroupResource, Entry> entries) {
        this.entries = Map.copyOf(entries);
    }

    public @Nullable Entry find(GroupResource resource) {
        return entries.get(resource);
    }

    public List<Entry> all() {
        return List.copyOf(entries.values());
    }
}
