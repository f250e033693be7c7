package io.j8s.apiserver.discovery;

import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;

import java.util.List;

/// Makes discovery's objects from what is served: the legacy `APIGroupList` and its like, and the
/// aggregated `APIGroupDiscoveryList`. Pure.
final class DiscoveryTrees {

    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    private final Schema schema;

    DiscoveryTrees(Schema schema) {
        this.schema = schema;
    }

    /// `/api`.
    Tree apiVersions(String serverAddress) {
        var tree = new Tree(schema.type(META + "APIVersions"));
        tree.set("kind", "APIVersions"); // upstream leaves apiVersion out of the oldest documents
        tree.ensureList("versions").add("v1");
        var address = tree.ensureList("serverAddressByClientCIDRs").addTree();
        address.set("clientCIDR", "0.0.0.0/0");
        address.set("serverAddress", serverAddress);
        return tree;
    }

    /// `/apis`.
    Tree groups(List<ServedGroup> groups) {
        var tree = new Tree(schema.type(META + "APIGroupList"));
        tree.set("kind", "APIGroupList");
        tree.set("apiVersion", "v1");
        var list = tree.ensureList("groups");
        for (var group : groups) {
            if (!group.name().isEmpty()) {
                fill(list.addTree(), group);
            }
        }
        return tree;
    }

    /// `/apis/GROUP`.
    Tree group(ServedGroup group) {
        var tree = new Tree(schema.type(META + "APIGroup"));
        tree.set("kind", "APIGroup");
        tree.set("apiVersion", "v1");
        fill(tree, group);
        return tree;
    }

    private static void fill(Tree tree, ServedGroup group) {
        tree.set("name", group.name());
        var versions = tree.ensureList("versions");
        for (var version : group.versions()) {
            var entry = versions.addTree();
            entry.set("groupVersion", version.apiVersion());
            entry.set("version", version.version());
        }
        var preferred = group.versions().getFirst();
        tree.set("preferredVersion.groupVersion", preferred.apiVersion());
        tree.set("preferredVersion.version", preferred.version());
    }

    /// `/api/v1`, `/apis/GROUP/VERSION`.
    Tree resources(ServedVersion version) {
        var tree = new Tree(schema.type(META + "APIResourceList"));
        tree.set("kind", "APIResourceList");
        if (!version.group().isEmpty()) {
            tree.set("apiVersion", "v1");
        }
        tree.set("groupVersion", version.apiVersion());
        var list = tree.ensureList("resources");
        for (var resource : version.resources()) {
            var entry = list.addTree();
            entry.set("name", resource.name());
            entry.set("singularName", resource.singular());
            entry.set("namespaced", resource.namespaced());
            boolean foreign =
                    !resource.kindGroup().equals(version.group())
                            || !resource.kindVersion().equals(version.version());
            if (foreign) {
                entry.set("group", resource.kindGroup());
                entry.set("version", resource.kindVersion());
            }
            entry.set("kind", resource.kind());
            strings(entry, "verbs", resource.verbs());
            strings(entry, "shortNames", resource.shortNames());
            strings(entry, "categories", resource.categories());
            if (!resource.storageVersionHash().isEmpty()) {
                entry.set("storageVersionHash", resource.storageVersionHash());
            }
        }
        return tree;
    }

    /// `/api` (core only) or `/apis` (all others), aggregated.
    ///
    /// @param apiVersion `apidiscovery.k8s.io/v2` or `…/v2beta1`, which have one shape
    Tree aggregated(List<ServedGroup> groups, boolean core, String apiVersion) {
        var tree = new Tree(schema.type("io.k8s.api.apidiscovery.v2.APIGroupDiscoveryList"));
        tree.set("kind", "APIGroupDiscoveryList");
        tree.set("apiVersion", apiVersion);
        var items = tree.ensureList("items");
        for (var group : groups) {
            if (group.name().isEmpty() == core) {
                var item = items.addTree();
                if (!group.name().isEmpty()) {
                    item.set("metadata.name", group.name());
                }
                var versions = item.ensureList("versions");
                for (var version : group.versions()) {
                    aggregated(versions.addTree(), version);
                }
            }
        }
        return tree;
    }

    private static void aggregated(Tree tree, ServedVersion version) {
        tree.set("version", version.version());
        var list = tree.ensureList("resources");
        for (var resource : version.resources()) {
            if (resource.isSubresource()) {
                subresource(list, resource);
                continue;
            }
            var entry = list.addTree();
            entry.set("resource", resource.name());
            responseKind(entry, resource);
            entry.set("scope", resource.namespaced() ? "Namespaced" : "Cluster");
            entry.set("singularResource", resource.singular());
            strings(entry, "verbs", resource.verbs());
            strings(entry, "shortNames", resource.shortNames());
            strings(entry, "categories", resource.categories());
        }
        tree.set("freshness", "Current");
    }

    /// A subresource stands below its resource; one without gets a resource with nothing but a
    /// name.
    private static void subresource(TreeList list, ServedResource resource) {
        int slash = resource.name().indexOf('/');
        String main = resource.name().substring(0, slash);
        var parent = list.find("resource", main);
        if (parent == null) {
            parent = list.addTree();
            parent.set("resource", main);
            parent.set("scope", resource.namespaced() ? "Namespaced" : "Cluster");
            parent.set("singularResource", "");
            parent.ensureList("verbs");
        }
        var entry = parent.ensureList("subresources").addTree();
        entry.set("subresource", resource.name().substring(slash + 1));
        responseKind(entry, resource);
        strings(entry, "verbs", resource.verbs());
    }

    private static void responseKind(Tree entry, ServedResource resource) {
        entry.set("responseKind.group", resource.kindGroup());
        entry.set("responseKind.version", resource.kindVersion());
        entry.set("responseKind.kind", resource.kind());
    }

    private static void strings(Tree tree, String field, List<String> values) {
        if (!values.isEmpty()) {
            tree.set(field, values);
        }
    }
}
