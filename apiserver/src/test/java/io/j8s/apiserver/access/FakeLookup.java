package io.j8s.apiserver.access;

import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.ObjectKey;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A cache of objects in a map, for rules that read them. Objects are written as YAML.
public final class FakeLookup implements Lookup {

    public static final Schema SCHEMA = Schema.load();

    private final Map<GroupResource, TreeMap<ObjectKey, Tree>> objects = new HashMap<>();
    private final Map<GroupResource, List<Listener>> listeners = new HashMap<>();

    /// Parses one object as YAML.
    public static Tree tree(String yaml) {
        var node = YAMLMapper.shared().readTree(yaml);
        var kind =
                GroupVersionKind.of(node.get("apiVersion").asString(), node.get("kind").asString());
        var type = SCHEMA.find(kind);
        if (type == null) {
            throw new IllegalArgumentException("unknown kind " + kind);
        }
        var json = JsonMapper.shared().writeValueAsString(node).getBytes(StandardCharsets.UTF_8);
        return JsonCodec.read(json, type).tree();
    }

    /// Adds or replaces an object; its resource is the given one.
    public FakeLookup put(String resource, String yaml) {
        return put(resource, tree(yaml));
    }

    public FakeLookup put(String resource, Tree tree) {
        var parsed = resource(resource);
        var key =
                new ObjectKey(
                        tree.string("metadata.namespace", ""), tree.string("metadata.name", ""));
        objects.computeIfAbsent(parsed, _ -> new TreeMap<>()).put(key, tree);
        listeners.getOrDefault(parsed, List.of()).forEach(listener -> listener.put(key, tree));
        return this;
    }

    public void delete(String resource, ObjectKey key) {
        var parsed = resource(resource);
        objects.getOrDefault(parsed, new TreeMap<>()).remove(key);
        listeners.getOrDefault(parsed, List.of()).forEach(listener -> listener.deleted(key));
    }

    private static GroupResource resource(String text) {
        int dot = text.indexOf('.');
        return dot < 0
                ? new GroupResource("", text)
                : new GroupResource(text.substring(dot + 1), text.substring(0, dot));
    }

    @Override
    public Optional<Tree> get(GroupResource resource, ObjectKey key) {
        return Optional.ofNullable(objects.getOrDefault(resource, new TreeMap<>()).get(key));
    }

    @Override
    public <T> Optional<T> get(GroupResource resource, ObjectKey key, Class<T> view) {
        return get(resource, key).map(tree -> view(tree, view));
    }

    @Override
    public Optional<Tree> getFresh(GroupResource resource, ObjectKey key) {
        return get(resource, key);
    }

    @Override
    public List<Tree> list(GroupResource resource, String namespace) {
        var out = new ArrayList<Tree>();
        objects.getOrDefault(resource, new TreeMap<>())
                .forEach((key, tree) -> {
                    if (namespace.isEmpty() || namespace.equals(key.namespace())) {
                        out.add(tree);
                    }
                });
        return out;
    }

    @Override
    public <T> List<T> list(GroupResource resource, String namespace, Class<T> view) {
        return list(resource, namespace).stream().map(tree -> view(tree, view)).toList();
    }

    private static <T> T view(Tree tree, Class<T> view) {
        return JsonMapper.shared().readValue(JsonCodec.write(tree), view);
    }

    @Override
    public void subscribe(GroupResource resource, Listener listener) {
        listeners.computeIfAbsent(resource, _ -> new ArrayList<>()).add(listener);
        objects.getOrDefault(resource, new TreeMap<>()).forEach(listener::put);
    }
}
