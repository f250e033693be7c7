package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.ControllerRevisionBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.names.GeneratedNames;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/// The history of a pod template in ControllerRevisions (upstream: `pkg/controller/history`): what
/// a daemon set or stateful set can be rolled back to. Data and names are upstream's.
final class Revisions {

    /// On pods: the revision's name for stateful sets, its hash for daemon sets.
    static final String HASH_LABEL = "controller-revision-hash";

    static final Comparator<ControllerRevision> OLDEST_FIRST =
            Comparator.<ControllerRevision>comparingLong(r -> Meta.orZero(r.getRevision()))
                    .thenComparing(Meta::created)
                    .thenComparing(Meta::name);

    private static final JsonMapper JSON = new JsonMapper();
    private static final KubernetesSerialization SERIALIZATION =
            new KubernetesSerialization(new ObjectMapper(), false);

    /// How a workload calls its revisions; the two kinds of upstream's do it differently.
    ///
    /// @param label where the hash stands on the revision
    record Naming(String label, Hashing hashing) {

        static final Naming STATEFUL_SET =
                new Naming(
                        "controller.kubernetes.io/hash",
                        (_, data, collisions) -> hash(data, collisions == null ? 0 : collisions));
        // upstream: a daemon set's hash is made as a deployment's
        static final Naming DAEMON_SET =
                new Naming(
                        HASH_LABEL,
                        (template, _, collisions) -> PodTemplateHash.of(template, collisions));
    }

    /// Makes the hash of a template, or of what a revision holds of it.
    interface Hashing {
        String of(PodTemplateSpec template, JsonNode data, @Nullable Integer collisions);
    }

    private Revisions() {}

    /// What a synchronised history knows.
    ///
    /// @param update the revision of the template as it is now
    /// @param all oldest first, `update` included
    /// @param collisions the count of hash collisions so far
    record History(
            ControllerRevision update, List<ControllerRevision> all, @Nullable Integer collisions) {
        History {
            all = List.copyOf(all);
        }
    }

    /// Finds the template's revision, or renews an older one, or creates it.
    static History sync(
            Api api,
            Naming naming,
            Kind<?> ownerKind,
            HasMetadata owner,
            PodTemplateSpec template,
            List<ControllerRevision> known,
            @Nullable Integer collisions) {
        var sorted = known.stream().sorted(OLDEST_FIRST).toList();
        var data = data(template);
        long next = sorted.isEmpty() ? 1 : Meta.orZero(sorted.getLast().getRevision()) + 1;
        var equal = sorted.stream().filter(r -> dataOf(r).equals(data)).toList();
        if (!equal.isEmpty()) {
            var found = equal.getLast();
            if (!found.equals(sorted.getLast())) {
                found =
                        api.update(
                                Kinds.CONTROLLER_REVISIONS,
                                new ControllerRevisionBuilder(found).withRevision(next).build());
            }
            return new History(found, replaced(sorted, found), collisions);
        }
        return create(api, naming, ownerKind, owner, template, data, next, sorted, collisions);
    }

    private static List<ControllerRevision> replaced(
            List<ControllerRevision> all, ControllerRevision fresh) {
        var result = new java.util.ArrayList<ControllerRevision>();
        all.stream().filter(r -> !Meta.uid(r).equals(Meta.uid(fresh))).forEach(result::add);
        result.add(fresh);
        result.sort(OLDEST_FIRST);
        return result;
    }

    private static History create(
            Api api,
            Naming naming,
            Kind<?> ownerKind,
            HasMetadata owner,
            PodTemplateSpec template,
            JsonNode data,
            long number,
            List<ControllerRevision> known,
            @Nullable Integer collisions) {
        var count = collisions;
        while (true) {
            var hash = naming.hashing().of(template, data, count);
            var name = Meta.name(owner) + "-" + hash;
            var labels = new LinkedHashMap<String, String>();
            if (template.getMetadata() != null && template.getMetadata().getLabels() != null) {
                labels.putAll(template.getMetadata().getLabels());
            }
            labels.put(naming.label(), hash);
            try {
                var made =
                        api.create(
                                Kinds.CONTROLLER_REVISIONS,
                                new ControllerRevisionBuilder()
                                        .withNewMetadata()
                                        .withNamespace(Meta.namespace(owner))
                                        .withName(name)
                                        .withLabels(labels)
                                        .withAnnotations(Meta.annotations(owner))
                                        .withOwnerReferences(Meta.controllerRef(ownerKind, owner))
                                        .endMetadata()
                                        .withData(sorted(data))
                                        .withRevision(number)
                                        .build());
                return new History(made, replaced(known, made), count);
            } catch (StatusException refused) {
                if (!refused.isAlreadyExists()) {
                    throw refused;
                }
                var other =
                        api.get(
                                Kinds.CONTROLLER_REVISIONS,
                                new ObjectKey(Meta.namespace(owner), name));
                if (dataOf(other).equals(data)) {
                    return new History(other, replaced(known, other), count);
                }
                count = count == null ? 1 : count + 1;
            }
        }
    }

    /// Those beyond the limit that nothing uses any more, oldest first. What is in use does not
    /// count (upstream: stateful sets' `truncateHistory`).
    static List<ControllerRevision> surplus(
            Collection<ControllerRevision> all, Set<String> liveNames, int limit) {
        var unused =
                all.stream()
                        .filter(r -> !liveNames.contains(Meta.name(r)))
                        .sorted(OLDEST_FIRST)
                        .toList();
        return unused.subList(0, Math.max(0, unused.size() - limit));
    }

    /// As [#surplus], but what pods still use counts too (upstream: daemon sets' `cleanupHistory`).
    static List<ControllerRevision> surplusOfAll(
            Collection<ControllerRevision> old, Set<String> liveHashes, int limit) {
        return old.stream()
                .sorted(OLDEST_FIRST)
                .filter(r -> !liveHashes.contains(hashOf(r)))
                .limit(Math.max(0, old.size() - limit))
                .toList();
    }

    static void delete(Api api, ControllerRevision revision) {
        try {
            api.delete(Kinds.CONTROLLER_REVISIONS, Meta.key(revision), Api.Delete.PLAIN);
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
    }

    static String hashOf(ControllerRevision revision) {
        return Meta.orEmpty(Meta.labels(revision).get(HASH_LABEL));
    }

    /// The template that a revision holds.
    static PodTemplateSpec template(ControllerRevision revision) {
        var template = (ObjectNode) dataOf(revision).path("spec").path("template").deepCopy();
        template.remove("$patch");
        return SERIALIZATION.unmarshal(template.toString(), PodTemplateSpec.class);
    }

    private static JsonNode dataOf(ControllerRevision revision) {
        return JSON.valueToTree(Objects.requireNonNullElse(revision.getData(), java.util.Map.of()));
    }

    /// `{"spec":{"template":{"$patch":"replace",…}}}`
    static JsonNode data(PodTemplateSpec template) {
        var data = JSON.createObjectNode();
        var tree = (ObjectNode) JSON.readTree(SERIALIZATION.asJson(template));
        tree.put("$patch", "replace");
        data.putObject("spec").set("template", tree);
        return data;
    }

    /// Members in Go's order: the server writes data so on every patch, and data may not change.
    static Object sorted(JsonNode data) {
        var text = new StringBuilder();
        writeAsGo(data, text);
        return JSON.readValue(text.toString(), Object.class);
    }

    /// Upstream: FNV-32 over the data as Go writes it, and the count of collisions in digits.
    static String hash(JsonNode data, int collisions) {
        var text = new StringBuilder();
        writeAsGo(data, text);
        text.append(collisions);
        int hash = 0x811c9dc5;
        for (byte b : text.toString().getBytes(StandardCharsets.UTF_8)) {
            hash = hash * 0x01000193 ^ (b & 0xff);
        }
        return GeneratedNames.safeEncode(Integer.toUnsignedString(hash));
    }

    /// Go writes maps sorted by key and escapes what could end an HTML script.
    private static void writeAsGo(JsonNode node, StringBuilder out) {
        if (node instanceof ObjectNode object) {
            var sorted = new TreeMap<String, JsonNode>();
            object.properties().forEach(m -> sorted.put(m.getKey(), m.getValue()));
            var separator = "{";
            for (var member : sorted.entrySet()) {
                out.append(separator);
                writeText(member.getKey(), out);
                out.append(':');
                writeAsGo(member.getValue(), out);
                separator = ",";
            }
            out.append(sorted.isEmpty() ? "{}" : "}");
        } else if (node.isArray()) {
            var separator = "[";
            for (var element : node) {
                out.append(separator);
                writeAsGo(element, out);
                separator = ",";
            }
            out.append(node.isEmpty() ? "[]" : "]");
        } else if (node.isString()) {
            writeText(node.asString(), out);
        } else {
            out.append(node);
        }
    }

    private static void writeText(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '<', '>', '&', '\u2028', '\u2029' -> out.append("\\u%04x".formatted((int) c));
                default -> {
                    if (c < 0x20) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
