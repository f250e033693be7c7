package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.EncodedObject;
import io.j8s.apiserver.cache.Freshness;
import io.j8s.apiserver.cache.ListQuery;
import io.j8s.apiserver.cache.ObjectReader;
import io.j8s.apiserver.cache.Selection;
import io.j8s.apiserver.schema.ApiTable;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.StorageTable;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.GroupVersionResource;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

/// Every resource that is stored, and every version in which it is served. What is built in is
/// fixed when it is made; custom resources come and go. Any thread.
public final class Registry {

    private final Map<GroupVersionResource, ServedResource> served = new ConcurrentHashMap<>();
    private final Map<GroupResource, ServedResource> storedAs = new ConcurrentHashMap<>();

    /// The tables a registry is made from.
    ///
    /// @param isServed which versions are served: those on by default, and what flags say
    /// @param readers opens the cache or store reader of a stored resource
    public record Source(
            Schema schema,
            ApiTable api,
            StorageTable storage,
            Collection<ResourceStrategy<?>> strategies,
            Predicate<ApiTable.Version> isServed,
            Function<StoredKind, ObjectReader> readers) {
        public Source {
            strategies = List.copyOf(strategies);
        }
    }

    public Registry(Source source) {
        var strategies = new HashMap<String, ResourceStrategy<?>>();
        for (var strategy : source.strategies()) {
            var names = strategy.names();
            strategies.put(names.gvk().group() + "/" + names.plural(), strategy);
        }
        var kinds = new LinkedHashMap<String, StoredKind>();
        var readers = new HashMap<String, ObjectReader>();
        for (var group : source.api().groups()) {
            for (var version : group.versions()) {
                if (!source.isServed().test(version)) {
                    continue;
                }
                for (var row : version.resources()) {
                    var entry = source.storage().find(new GroupResource(row.group(), row.name()));
                    if (row.isSubresource() || entry == null) {
                        continue;
                    }
                    var kind =
                            kinds.computeIfAbsent(
                                    entry.prefix(), _ -> kind(source, strategies, entry, row));
                    var reader =
                            readers.computeIfAbsent(
                                    entry.prefix(), _ -> source.readers().apply(kind));
                    add(served(source, row, version, kind, reader));
                }
            }
        }
    }

    private static StoredKind kind(
            Source source,
            Map<String, ResourceStrategy<?>> strategies,
            StorageTable.Entry entry,
            ApiTable.Resource row) {
        var gvk = GroupVersionKind.of(entry.storedVersion(), row.kind());
        TypeSchema type = source.schema().find(gvk);
        if (type == null) {
            // stored by upstream in a version whose shape the table does not have: ours stores the
            // served one, which upstream reads as well
            gvk = new GroupVersionKind(row.group(), row.version(), row.kind());
            type = source.schema().type(row.type());
        }
        var named = strategies.get(gvk.group() + "/" + row.name());
        ResourceStrategy<?> strategy =
                named != null
                        ? named
                        : new GenericStrategy(new Names(gvk.apiVersion(), row.kind(), row.name()));
        return new StoredKind(entry, type, gvk, strategy);
    }

    private static ServedResource served(
            Source source,
            ApiTable.Resource row,
            ApiTable.Version version,
            StoredKind kind,
            ObjectReader reader) {
        Set<String> subresources = new HashSet<>();
        String prefix = row.name() + "/";
        for (var other : version.resources()) {
            if (other.name().startsWith(prefix)) {
                subresources.add(other.name().substring(prefix.length()));
            }
        }
        return new ServedResource(
                row,
                source.schema().type(row.type()),
                source.schema().type(row.type() + "List"),
                kind,
                reader,
                subresources);
    }

    public void add(ServedResource resource) {
        served.put(resource.gvr(), resource);
        // rules look at the stored version; a version that is stored wins
        if (resource.isStoredVersion()) {
            storedAs.put(resource.groupResource(), resource);
        } else {
            storedAs.putIfAbsent(resource.groupResource(), resource);
        }
    }

    public void remove(GroupVersionResource resource) {
        served.remove(resource);
        storedAs.remove(resource.groupResource());
    }

    public @Nullable ServedResource find(String group, String version, String resource) {
        return served.get(new GroupVersionResource(group, version, resource));
    }

    public @Nullable ServedResource find(GroupResource resource) {
        return storedAs.get(resource);
    }

    /// The same stored resource in another served version; null when that is not served.
    @Nullable ServedResource findVersion(ServedResource resource, String apiVersion) {
        int slash = apiVersion.indexOf('/');
        var other =
                served.get(
                        new GroupVersionResource(
                                slash < 0 ? "" : apiVersion.substring(0, slash),
                                apiVersion.substring(slash + 1),
                                resource.gvr().resource()));
        return other != null && other.stored().location().equals(resource.stored().location())
                ? other
                : null;
    }

    public List<ServedResource> all() {
        return new ArrayList<>(storedAs.values());
    }

    /// Whether every cache answers.
    public boolean isReady() {
        return storedAs.values().stream().allMatch(resource -> resource.reader().isReady());
    }

    /// All objects as the cache has them now; empty while it is filled.
    static List<EncodedObject> cached(ServedResource resource, @Nullable String namespace) {
        var snapshot = resource.reader().now(Freshness.ANY);
        if (snapshot == null) {
            return List.of();
        }
        try {
            return snapshot.list(new ListQuery(namespace, Selection.EVERYTHING, 0, null)).items();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }
}
