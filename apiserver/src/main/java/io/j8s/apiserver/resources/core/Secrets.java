package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Secret;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// Everything the API server knows about `v1 Secret`.
public final class Secrets implements ResourceStrategy<Secret> {

    @Override
    public Names names() {
        return new Names("v1", "Secret", "secrets");
    }

    @Override
    public Class<Secret> view() {
        return Secret.class;
    }

    @Override
    public void applyDefaults(Tree secret) {
        secret.setDefault("type", "Opaque");
    }

    /// `stringData` is write-only: it is merged into `data` and never stored.
    @Override
    public void prepareForCreate(RequestContext context, Tree secret) {
        foldStringData(secret);
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        foldStringData(updated);
    }

    @Override
    public void absorb(Tree sent) {
        foldStringData(sent);
    }

    private static void foldStringData(Tree secret) {
        for (var entry : secret.stringMap("stringData").entrySet()) {
            byte[] bytes = entry.getValue().getBytes(StandardCharsets.UTF_8);
            secret.ensureMap("data").put(entry.getKey(), Base64.getEncoder().encodeToString(bytes));
        }
        secret.remove("stringData");
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        var data = tree.stringMap("data");
        long bytes = 0;
        for (var entry : data.entrySet()) {
            String key = entry.getKey();
            NameRules.configMapKey(key)
                    .forEach(text -> errors.invalid("data[" + key + "]", key, text));
            bytes += decodedLength(entry.getValue());
        }
        if (bytes > BYTES_MAX) {
            errors.tooLong("data", BYTES_MAX);
        }
        byType(tree, data, errors);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At.root(tree, errors).immutable("type", oldTree);
        if (oldTree.bool("immutable", false)) {
            String text = "field is immutable when `immutable` is set";
            if (!tree.bool("immutable", false)) {
                errors.forbidden("immutable", text);
            }
            if (!tree.semanticallyEquals(oldTree, "data")) {
                errors.forbidden("data", text);
            }
        }
        validate(tree, errors);
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        if (!tree.string("type", "").equals("kubernetes.io/tls")) {
            return List.of();
        }
        var data = tree.stringMap("data");
        String problem = KeyPairs.problem(data.get("tls.crt"), data.get("tls.key"));
        return problem.isEmpty() ? List.of() : List.of(problem);
    }

    static final int BYTES_MAX = 1024 * 1024; // upstream: MaxSecretSize

    /// How many bytes a base64 text stands for.
    static long decodedLength(String base64) {
        int padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
        return base64.length() / 4L * 3 - padding;
    }

    private static void byType(Tree secret, Map<String, String> data, FieldErrors errors) {
        switch (secret.string("type", "")) {
            case "kubernetes.io/service-account-token" -> {
                String key = "kubernetes.io/service-account.name";
                String account = secret.stringMap("metadata.annotations").getOrDefault(key, "");
                if (account.isEmpty()) {
                    errors.required("metadata.annotations[" + key + "]", "");
                }
            }
            case "kubernetes.io/dockercfg" -> json(data, ".dockercfg", errors);
            case "kubernetes.io/dockerconfigjson" -> json(data, ".dockerconfigjson", errors);
            case "kubernetes.io/basic-auth" -> {
                if (!data.containsKey("username") && !data.containsKey("password")) {
                    errors.required("data[username]", "");
                    errors.required("data[password]", "");
                }
            }
            case "kubernetes.io/ssh-auth" -> {
                if (data.getOrDefault("ssh-privatekey", "").isEmpty()) {
                    errors.required("data[ssh-privatekey]", "");
                }
            }
            case "kubernetes.io/tls" -> {
                for (String key : List.of("tls.crt", "tls.key")) {
                    if (!data.containsKey(key)) {
                        errors.required("data[" + key + "]", "");
                    }
                }
            }
            default -> {
                // a type of somebody else's
            }
        }
    }

    private static void json(Map<String, String> data, String key, FieldErrors errors) {
        String field = "data[" + key + "]";
        String base64 = data.get(key);
        if (base64 == null) {
            errors.required(field, "");
            return;
        }
        byte[] bytes = Base64.getMimeDecoder().decode(base64);
        String text = new String(bytes, StandardCharsets.UTF_8).strip();
        String problem = "";
        if (text.isEmpty()) {
            problem = "unexpected end of JSON input";
        } else if (text.charAt(0) != '{') {
            problem = "invalid character '" + text.charAt(0) + "' looking for beginning of value";
        } else if (!text.endsWith("}")) {
            problem = "unexpected end of JSON input";
        }
        if (!problem.isEmpty()) {
            errors.invalid(field, "<secret contents redacted>", problem);
        }
    }

    @Override
    public List<SelectableField> selectableFields() {
        return List.of(SelectableField.at("type"));
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public List<Column<Secret>> columns() {
        return List.of(
                Column.text("Type", "Kind of data that the secret holds", Secret::getType),
                Column.text("Data", "Number of entries", secret -> secret.getData().size()),
                Column.age());
    }
}
