package io.j8s.apiserver.schema;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.machinery.meta.GroupResource;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
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
        this.entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    /// Lines of tab-separated columns below one line of their names.
    static StorageTable parse(byte[] tsv) {
        var out = new LinkedHashMap<GroupResource, Entry>();
        for (String line : new String(tsv, UTF_8).lines().skip(1).toList()) {
            String[] columns = line.split("\t", -1);
            String group = columns[0].equals("core") ? "" : columns[0];
            out.put(
                    new GroupResource(group, columns[1]),
                    new Entry(
                            group,
                            columns[1],
                            columns[2],
                            columns[3].equals("ns/name"),
                            columns[4],
                            columns[5].equals("json") ? Encoding.JSON : Encoding.PROTOBUF));
        }
        return new StorageTable(out);
    }

    public @Nullable Entry find(GroupResource resource) {
        return entries.get(resource);
    }

    public List<Entry> all() {
        return List.copyOf(entries.values());
    }
}
