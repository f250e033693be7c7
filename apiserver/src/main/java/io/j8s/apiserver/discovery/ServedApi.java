package io.j8s.apiserver.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.schema.ApiTable;
import io.j8s.apiserver.schema.Schema;
import io.j8s.machinery.meta.GroupResource;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// The built-in API as it is served, in discovery's order.
public final class ServedApi {

    /// Upstream: `cmd/kube-apiserver/app/aggregator.go` and `pkg/controlplane/apiserver`.
    private static final Map<String, Integer> PRIORITIES =
            Map.ofEntries(
                    Map.entry("", 18000),
                    // upstream's aggregator lists its own group before all others
                    Map.entry("apiregistration.k8s.io", 17999),
                    Map.entry("apps", 17800),
                    Map.entry("events.k8s.io", 17750),
                    Map.entry("authentication.k8s.io", 17700),
                    Map.entry("authorization.k8s.io", 17600),
                    Map.entry("autoscaling", 17500),
                    Map.entry("batch", 17400),
                    Map.entry("certificates.k8s.io", 17300),
                    Map.entry("networking.k8s.io", 17200),
                    Map.entry("policy", 17100),
                    Map.entry("rbac.authorization.k8s.io", 17000),
                    Map.entry("storage.k8s.io", 16800),
                    Map.entry("apiextensions.k8s.io", 16700),
                    Map.entry("admissionregistration.k8s.io", 16700),
                    Map.entry("scheduling.k8s.io", 16600),
                    Map.entry("coordination.k8s.io", 16500),
                    Map.entry("node.k8s.io", 16300),
                    Map.entry("discovery.k8s.io", 16200),
                    Map.entry("resource.k8s.io", 16200),
                    Map.entry("flowcontrol.apiserver.k8s.io", 16100),
                    Map.entry("internal.apiserver.k8s.io", 16000),
                    Map.entry("storagemigration.k8s.io", 15800),
                    Map.entry("lifecycle.k8s.io", 15700));

    private ServedApi() {}

    /// What the table has and the configuration serves.
    public static List<ServedGroup> builtIn(Schema schema, RuntimeConfig config) {
        var groups = new ArrayList<ServedGroup>();
        for (var group : schema.api().groups()) {
            var versions = new ArrayList<ServedVersion>();
            for (var version : group.versions()) {
                var resources = new ArrayList<ServedResource>();
                for (var resource : version.resources()) {
                    String plural = plural(resource.name());
                    if (config.serves(version, plural)) {
                        resources.add(resource(schema, resource));
                    }
                }
                if (!resources.isEmpty()) {
                    resources.sort(Comparator.comparing(ServedResource::name));
                    versions.add(new ServedVersion(group.name(), version.version(), resources));
                }
            }
            if (!versions.isEmpty()) {
                int priority = PRIORITIES.getOrDefault(group.name(), ServedGroup.CUSTOM_PRIORITY);
                groups.add(new ServedGroup(group.name(), priority, versions));
            }
        }
        return inOrder(groups);
    }

    /// Highest priority first, then by name.
    static List<ServedGroup> inOrder(List<ServedGroup> groups) {
        var sorted = new ArrayList<>(groups);
        sorted.sort(
                Comparator.comparingInt((ServedGroup g) -> -g.priority())
                        .thenComparing(ServedGroup::name));
        return List.copyOf(sorted);
    }

    /// Tells clients when the stored version of a resource changes (upstream:
    /// `discovery.StorageVersionHash`).
    public static String storageVersionHash(String apiVersion, String kind) {
        String group = apiVersion.indexOf('/') < 0 ? "/" : "";
        byte[] hash = sha256((group + apiVersion + "/" + kind).getBytes(UTF_8));
        return Base64.getEncoder().encodeToString(Arrays.copyOf(hash, 8));
    }

    private static ServedResource resource(Schema schema, ApiTable.Resource resource) {
        var stored =
                resource.isSubresource()
                        ? null
                        : schema.storage()
                                .find(new GroupResource(storageGroup(resource), resource.name()));
        return new ServedResource(
                resource.name(),
                resource.singular(),
                resource.kind(),
                resource.kindGroup(),
                resource.kindVersion(),
                resource.namespaced(),
                resource.verbs(),
                resource.shortNames(),
                resource.categories(),
                stored == null ? "" : storageVersionHash(stored.storedVersion(), resource.kind()),
                schema.find(resource.type()));
    }

    /// Events are stored once, for both of their groups.
    private static String storageGroup(ApiTable.Resource resource) {
        return resource.group().equals("events.k8s.io") ? "" : resource.group();
    }

    private static String plural(String name) {
        int slash = name.indexOf('/');
        return slash < 0 ? name : name.substring(0, slash);
    }

    private static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("no SHA-256 in this JVM", e);
        }
    }
}
