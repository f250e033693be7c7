package io.j8s.apiserver.resources;

import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.TableDefaults;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldError;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupVersionKind;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// What the strategies say about objects, without a server. Bodies are JSON with `'` for `"`.
public final class Verdicts {

    private static final Schema SCHEMA = Schema.load();

    private Verdicts() {}

    static ResourceStrategy<?> strategy(Tree object) {
        String apiVersion = object.string("apiVersion", "");
        String kind = object.string("kind", "");
        return Resources.all().stream()
                .filter(s -> s.names().apiVersion().equals(apiVersion))
                .filter(s -> s.names().kind().equals(kind))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("no strategy: " + apiVersion + " " + kind));
    }

    /// An object as it stands before validation.
    public static Tree object(String body) {
        byte[] json = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return read(json);
    }

    static Tree read(byte[] json) {
        String text = new String(json, StandardCharsets.UTF_8);
        var gvk = gvk(field(text, "apiVersion"), field(text, "kind"));
        var type = SCHEMA.find(gvk);
        if (type == null || type.field("metadata") == null) {
            throw new IllegalStateException("no type: " + gvk);
        }
        Tree tree = JsonCodec.read(json, type).tree();
        tree.ensure("metadata");
        for (String part : List.of("spec", "status")) {
            if (type.index(part) >= 0 && type.field(part) != null && !tree.has(part)) {
                tree.ensure(part);
            }
        }
        TableDefaults.apply(tree);
        strategy(tree).applyDefaults(tree);
        return tree;
    }

    private static GroupVersionKind gvk(String apiVersion, String kind) {
        int slash = apiVersion.indexOf('/');
        return new GroupVersionKind(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                apiVersion.substring(slash + 1),
                kind);
    }

    private static String field(String json, String name) {
        var matcher =
                java.util.regex.Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"")
                        .matcher(json);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + name + " in " + json);
        }
        return matcher.group(1);
    }

    public static List<String> create(String body) {
        return create(object(body));
    }

    static List<String> create(Tree tree) {
        var errors = new FieldErrors();
        var strategy = strategy(tree);
        strategy.validate(tree, errors);
        strategy.warnings(tree, null);
        return texts(errors);
    }

    /// What a client is warned of that creates the object.
    static List<String> warnings(String body) {
        Tree tree = object(body);
        return strategy(tree).warnings(tree, null);
    }

    public static List<String> update(String old, String body) {
        return update(object(old), object(body), "");
    }

    static List<String> update(Tree old, Tree updated, String subresource) {
        var errors = new FieldErrors();
        var strategy = strategy(old);
        switch (subresource) {
            case "" -> strategy.validateUpdate(updated, old, errors);
            case "status" -> strategy.validateStatusUpdate(updated, old, errors);
            default -> strategy.validateSubresourceUpdate(subresource, updated, old, errors);
        }
        return texts(errors);
    }

    private static List<String> texts(FieldErrors errors) {
        return errors.list().stream().map(FieldError::toString).toList();
    }
}
