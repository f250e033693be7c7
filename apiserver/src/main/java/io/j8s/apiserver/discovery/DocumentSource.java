package io.j8s.apiserver.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.request.Answer.Header;
import io.j8s.apiserver.request.Query;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.ProtobufCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.YamlCodec;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.quantity.Timestamps;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Finds discovery and OpenAPI documents by path and form. Each is made when it is first asked for
/// and then kept as bytes until [#replace] changes what is served. Thread-safe; the first request
/// for an OpenAPI document computes for a moment, everything below `/api` and `/apis` is quick.
public final class DocumentSource {

    static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    static final String OPENAPI_V2_PROTOBUF =
            "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    /// What upstream answers to either name: `@` is no character of a media type, and Go refuses
    /// it.
    private static final String OPENAPI_V2_RETURNED =
            "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    static final String OPENAPI_V3_PROTOBUF =
            "application/com.github.proto-openapi.spec.v3@v1.0+protobuf";

    private static final String OPENAPI_V3_RETURNED =
            "application/com.github.proto-openapi.spec.v3.v1.0+protobuf";

    private static final String JSON = "application/json";
    private static final String YAML = "application/yaml";
    private static final String DISCOVERY_GROUP = "apidiscovery.k8s.io";
    private static final String V3 = "/openapi/v3";
    private static final List<String> V3_TYPES =
            List.of(JSON, OPENAPI_V3_RETURNED, OPENAPI_V3_PROTOBUF);

    private final Schema schema;
    private final String version;
    private final String serverAddress;
    private final Fingerprint fingerprint = new Fingerprint();
    private volatile Snapshot snapshot;

    /// What is served at a moment and the documents made of it so far: at most a few for each path.
    private record Snapshot(
            List<ServedGroup> groups, long generation, Map<String, Document> documents) {}

    /// @param groups see [ServedApi#builtIn]
    /// @param version of the server, e.g. `v1.37.0+j8s`
    /// @param serverAddress host and port that `/api` tells
    public DocumentSource(
            Schema schema, List<ServedGroup> groups, String version, String serverAddress) {
        this.schema = schema;
        this.version = version;
        this.serverAddress = serverAddress;
        this.snapshot = new Snapshot(ServedApi.inOrder(groups), 0, new ConcurrentHashMap<>());
    }

    /// What is served now, in discovery's order.
    public List<ServedGroup> groups() {
        return snapshot.groups;
    }

    /// Serves other groups from now on, e.g. after a custom resource came or went.
    public synchronized void replace(List<ServedGroup> groups) {
        snapshot =
                new Snapshot(
                        ServedApi.inOrder(groups),
                        snapshot.generation + 1,
                        new ConcurrentHashMap<>());
    }

    /// Whether the path may be one of ours; others need not ask.
    public static boolean mayServe(String path) {
        return path.startsWith("/api") || path.startsWith("/openapi/");
    }

    /// Whether finding may compute for long the first time.
    public static boolean mayTakeLong(String path) {
        return path.startsWith("/openapi/");
    }

    /// @param path with or without a slash at the end
    /// @param accept the `Accept` header; empty for none
    /// @param now for the expiry of documents that never change
    public Found find(String path, String accept, Query query, Instant now) {
        String bare =
                path.length() > 1 && path.endsWith("/")
                        ? path.substring(0, path.length() - 1)
                        : path;
        var current = snapshot;
        var accepted = AcceptedTypes.parse(accept);
        if (bare.equals("/openapi/v2")) {
            return openApiV2(current, accepted);
        }
        if (bare.equals(V3)) {
            return openApiV3Index(current);
        }
        if (bare.startsWith(V3 + "/")) {
            return openApiV3(current, bare.substring(V3.length() + 1), accepted, query, now);
        }
        return discovery(current, bare, accepted);
    }

    // ---- discovery

    private Found discovery(Snapshot current, String path, AcceptedTypes accepted) {
        boolean root = path.equals("/api") || path.equals("/apis");
        Supplier<Tree> legacy = legacy(current, path);
        if (legacy == null) {
            return new Found.Nothing();
        }
        for (var clause : accepted.clauses()) {
            String aggregated = clause.discoveryVersion();
            if (root && (aggregated.equals("v2") || aggregated.equals("v2beta1"))) {
                for (String type : List.of(JSON, PROTOBUF)) {
                    if (clause.admits(type)) {
                        return aggregated(current, path, aggregated, type);
                    }
                }
            }
            if (clause.isConversion()) {
                continue;
            }
            for (String type : List.of(JSON, YAML, PROTOBUF)) {
                if (clause.admits(type)) {
                    return new Found.Here(
                            document(current, path + " " + type, () -> encoded(legacy.get(), type)),
                            List.of());
                }
            }
        }
        return new Found.NotAcceptable(List.of(JSON, YAML, PROTOBUF));
    }

    private @Nullable Supplier<Tree> legacy(Snapshot current, String path) {
        var trees = new DiscoveryTrees(schema);
        if (path.equals("/api")) {
            return () -> trees.apiVersions(serverAddress);
        }
        if (path.equals("/apis")) {
            return () -> trees.groups(current.groups);
        }
        for (var group : current.groups) {
            if (!group.name().isEmpty() && path.equals("/apis/" + group.name())) {
                return () -> trees.group(group);
            }
            for (var served : group.versions()) {
                if (path.equals("/" + served.path())) {
                    return () -> trees.resources(served);
                }
            }
        }
        return null;
    }

    private Found aggregated(Snapshot current, String path, String form, String type) {
        String apiVersion = DISCOVERY_GROUP + "/" + form;
        String contentType =
                type + ";g=" + DISCOVERY_GROUP + ";v=" + form + ";as=APIGroupDiscoveryList";
        var document =
                document(
                        current,
                        path + " " + contentType,
                        () -> {
                            var tree =
                                    new DiscoveryTrees(schema)
                                            .aggregated(
                                                    current.groups,
                                                    path.equals("/api"),
                                                    apiVersion);
                            return Document.of(contentType, bytes(tree, type));
                        });
        return new Found.Here(
                document,
                List.of(
                        new Header("ETag", '"' + document.hash() + '"'),
                        new Header("Vary", "Accept"),
                        new Header("Cache-Control", "public")));
    }

    private static Document encoded(Tree tree, String type) {
        return Document.of(type, bytes(tree, type));
    }

    private static byte[] bytes(Tree tree, String type) {
        return switch (type) {
            case PROTOBUF ->
                    ProtobufCodec.write(
                            tree,
                            GroupVersionKind.of(
                                    tree.string("apiVersion", "v1"), tree.string("kind", "")));
            case YAML -> YamlCodec.write(tree).getBytes(UTF_8);
            default -> line(JsonCodec.write(tree));
        };
    }

    /// Upstream's JSON answers end in a line feed.
    private static byte[] line(byte[] json) {
        byte[] out = java.util.Arrays.copyOf(json, json.length + 1);
        out[json.length] = '\n';
        return out;
    }

    // ---- OpenAPI

    private Found openApiV2(Snapshot current, AcceptedTypes accepted) {
        for (var clause : accepted.clauses()) {
            for (String type : List.of(JSON, OPENAPI_V2_PROTOBUF, OPENAPI_V2_RETURNED)) {
                if (clause.admits(type)) {
                    boolean json = type.equals(JSON);
                    String contentType = json ? JSON : OPENAPI_V2_RETURNED;
                    var document =
                            document(
                                    current,
                                    "/openapi/v2 " + contentType,
                                    () -> v2(current, contentType));
                    return new Found.Here(document, etag(document, "Accept-Encoding"));
                }
            }
        }
        return new Found.NotAcceptable(List.of(JSON, OPENAPI_V2_PROTOBUF, OPENAPI_V2_RETURNED));
    }

    private Document v2(Snapshot current, String contentType) {
        TreeMap document = new OpenApiDocuments(schema, version).v2(current.groups);
        byte[] body =
                contentType.equals(JSON)
                        ? JsonCodec.writeValue(document)
                        : GnosticProtobuf.write(document);
        return Document.of(contentType, hashOf(current, "v2 " + contentType), body);
    }

    /// @param vary by which header upstream's handler tells caches to tell answers apart
    private static List<Header> etag(Document document, String vary) {
        return List.of(new Header("ETag", '"' + document.hash() + '"'), new Header("Vary", vary));
    }

    private Found openApiV3Index(Snapshot current) {
        var document =
                document(
                        current,
                        V3,
                        () -> {
                            var paths = TreeMap.dynamic();
                            for (String path : v3Paths(current)) {
                                paths.putValue(
                                        path,
                                        TreeMap.dynamic()
                                                .put(
                                                        "serverRelativeURL",
                                                        V3
                                                                + "/"
                                                                + path
                                                                + "?hash="
                                                                + hashOf(current, path)));
                            }
                            var index = TreeMap.dynamic();
                            index.putValue("paths", paths);
                            // upstream: nobody sets this document's type
                            return Document.of(
                                    "text/plain; charset=utf-8", JsonCodec.writeValue(index));
                        });
        return new Found.Here(document, List.of());
    }

    private List<String> v3Paths(Snapshot current) {
        var versions =
                current.groups.stream()
                        .flatMap(group -> group.versions().stream())
                        .map(ServedVersion::path);
        var others = new OpenApiDocuments(schema, version).unversionedPaths(current.groups);
        return Stream.concat(versions, others.stream()).distinct().sorted().toList();
    }

    private Found openApiV3(
            Snapshot current, String path, AcceptedTypes accepted, Query query, Instant now) {
        if (!v3Paths(current).contains(path)) {
            return new Found.Nothing();
        }
        String contentType = v3Type(accepted);
        if (contentType == null) {
            return new Found.NotAcceptable(V3_TYPES);
        }
        String hash = hashOf(current, path);
        var headers = new ArrayList<Header>();
        if (query.has("hash")) {
            if (!query.first("hash").equals(hash)) {
                return new Found.Moved(V3 + "/" + path + "?hash=" + hash);
            }
            headers.add(new Header("Cache-Control", "public, immutable"));
            headers.add(new Header("Expires", httpDate(now.plus(Duration.ofDays(365)))));
        }
        var document =
                document(
                        current,
                        V3 + "/" + path + " " + contentType,
                        () -> Document.of(contentType, hash, v3(current, path, contentType)));
        headers.addAll(etag(document, "Accept"));
        return new Found.Here(document, headers);
    }

    private static @Nullable String v3Type(AcceptedTypes accepted) {
        for (var clause : accepted.clauses()) {
            for (String type : V3_TYPES) {
                if (clause.admits(type)) {
                    return type.equals(JSON) ? JSON : OPENAPI_V3_RETURNED;
                }
            }
        }
        return null;
    }

    private byte[] v3(Snapshot current, String path, String contentType) {
        var document = new OpenApiDocuments(schema, version).v3(path, current.groups);
        return contentType.equals(JSON)
                ? JsonCodec.writeValue(document)
                : Gnostic3Protobuf.write(document);
    }

    /// Changes whenever the document may: the index must name hashes of documents that nobody has
    /// made yet.
    private String hashOf(Snapshot current, String path) {
        var parts = new ArrayList<byte[]>();
        parts.add(
                (version + "\n" + fingerprint.text() + "\n" + path + "\n" + current.generation)
                        .getBytes(UTF_8));
        for (var group : current.groups) {
            for (var served : group.versions()) {
                parts.add(served.apiVersion().getBytes(UTF_8));
                if (served.path().equals(path)) {
                    served.resources().forEach(r -> parts.add(r.name().getBytes(UTF_8)));
                }
            }
        }
        return Document.hash(parts);
    }

    private static String httpDate(Instant time) {
        return java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Timestamps.truncate(time).atZone(java.time.ZoneId.of("GMT")));
    }

    private static Document document(Snapshot current, String key, Supplier<Document> maker) {
        var found = current.documents.get(key);
        return found != null ? found : current.documents.computeIfAbsent(key, _ -> maker.get());
    }
}
