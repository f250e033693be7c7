package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListMeta;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.j8s.controllers.runtime.JsonSpans.Span;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// The API over the transport of a fabric8 client (in process or over the network). It writes the
/// requests itself: which list, which resourceVersion and which bookmarks are the informers'
/// business, and fabric8's own operations hide them.
public final class ClientApi implements Api {

    private static final int REQUEST_SECONDS_MAX = 60;
    private static final String METADATA_LIST =
            "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    private static final String METADATA =
            "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

    private final HttpClient http;
    private final String base;
    private final Map<String, String> headers;

    public ClientApi(KubernetesClient client) {
        this(client.getHttpClient(), client.getMasterUrl().toString(), Map.of());
    }

    /// Without fabric8's client, which loads hundreds of classes for operations that nobody here
    /// asks for.
    ///
    /// @param http closed by whoever made it
    /// @param server its URL
    /// @param headers of every request, such as the caller's name
    public ClientApi(HttpClient http, String server, Map<String, String> headers) {
        this.http = http;
        this.headers = Map.copyOf(headers);
        this.base = server.endsWith("/") ? server.substring(0, server.length() - 1) : server;
    }

    @Override
    public <T extends HasMetadata> T get(Kind<T> kind, ObjectKey key) {
        return read(kind, send(request(kind.path(key), Map.of(), accept(kind)).build()));
    }

    @Override
    public <T extends HasMetadata> T create(Kind<T> kind, T object) {
        return write("POST", kind, kind.collectionPath(Meta.namespace(object)), object);
    }

    @Override
    public <T extends HasMetadata> void send(Kind<T> kind, T object) {
        send(
                request(kind.collectionPath(Meta.namespace(object)), Map.of(), accept(kind))
                        .method("POST", "application/json", ObjectJson.write(object))
                        .build());
    }

    @Override
    public <T extends HasMetadata> T update(Kind<T> kind, T object) {
        return write("PUT", kind, kind.path(Meta.key(object)), object);
    }

    @Override
    public <T extends HasMetadata> T updateSubresource(Kind<T> kind, String subresource, T object) {
        return write("PUT", kind, kind.path(Meta.key(object)) + "/" + subresource, object);
    }

    @Override
    public <T extends HasMetadata> T patch(Kind<T> kind, ObjectKey key, Patch patch) {
        return read(kind, sendPatch(kind, key, patch));
    }

    @Override
    public void send(Kind<?> kind, ObjectKey key, Patch patch) {
        sendPatch(kind, key, patch);
    }

    private byte[] sendPatch(Kind<?> kind, ObjectKey key, Patch patch) {
        var path = kind.path(key);
        if (!patch.subresource().isEmpty()) {
            path += "/" + patch.subresource();
        }
        Map<String, String> query =
                patch.fieldManager().isEmpty()
                        ? Map.of()
                        : Map.of("fieldManager", patch.fieldManager(), "force", "true");
        return send(
                request(path, query, accept(kind))
                        .method("PATCH", patch.type(), patch.body())
                        .build());
    }

    @Override
    public void post(Kind<?> kind, ObjectKey key, String subresource, String body) {
        send(
                request(kind.path(key) + "/" + subresource, Map.of(), "application/json")
                        .method("POST", "application/json", body)
                        .build());
    }

    @Override
    public void delete(Kind<?> kind, ObjectKey key, Delete options) {
        send(
                request(kind.path(key), Map.of(), "application/json")
                        .method("DELETE", "application/json", ObjectJson.write(body(options)))
                        .build());
    }

    @Override
    public void deleteCollection(Kind<?> kind, String namespace, Delete options) {
        send(
                request(kind.collectionPath(namespace), Map.of(), "application/json")
                        .method("DELETE", "application/json", ObjectJson.write(body(options)))
                        .build());
    }

    @Override
    public <T extends HasMetadata> Page<T> list(Kind<T> kind, Query query) {
        var parameters = new LinkedHashMap<String, String>();
        putUnlessEmpty(parameters, "labelSelector", query.labelSelector());
        putUnlessEmpty(parameters, "fieldSelector", query.fieldSelector());
        putUnlessEmpty(parameters, "continue", query.continueToken());
        if (query.limit() > 0) {
            parameters.put("limit", Integer.toString(query.limit()));
        }
        var answer =
                send(
                        request(
                                        kind.collectionPath(query.namespace()),
                                        parameters,
                                        kind.metadataOnly() ? METADATA_LIST : "application/json")
                                .build());
        var members = new HashMap<String, Span>();
        new JsonSpans(answer, 0).members(members::put);
        var items = new ArrayList<T>();
        var span = members.get("items");
        if (span != null && answer[span.from()] == '[') {
            new JsonSpans(answer, span.from())
                    .elements(element -> items.add(read(kind, answer, element)));
        }
        var meta = members.get("metadata");
        var listMeta =
                meta == null ? new ListMeta() : ObjectJson.read(answer, meta, ListMeta.class);
        return new Page<>(
                items,
                Meta.orEmpty(listMeta.getResourceVersion()),
                Meta.orEmpty(listMeta.getContinue()));
    }

    @Override
    public <T extends HasMetadata> WatchStream<T> watch(Kind<T> kind, WatchQuery query) {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("watch", "true");
        parameters.put("allowWatchBookmarks", "true");
        putUnlessEmpty(parameters, "fieldSelector", query.fieldSelector());
        putUnlessEmpty(parameters, "resourceVersion", query.resourceVersion());
        parameters.put("timeoutSeconds", Long.toString(query.timeout().toSeconds()));
        var request =
                request(kind.collectionPath(query.namespace()), parameters, accept(kind))
                        .forStreaming()
                        .build();
        var stream = new HttpWatch<T>(line -> change(kind, line));
        var response = await(http.consumeBytes(request, stream));
        stream.opened(response.body());
        if (!response.isSuccessful()) {
            throw refusal(response.code(), stream.readAll());
        }
        return stream;
    }

    @Override
    public String getRaw(String path, String accept) {
        return new String(send(request(path, Map.of(), accept).build()), StandardCharsets.UTF_8);
    }

    private <T extends HasMetadata> Change<T> change(Kind<T> kind, byte[] line) {
        var members = new HashMap<String, Span>();
        new JsonSpans(line, 0).members(members::put);
        var typeSpan = members.get("type");
        var object = members.get("object");
        if (typeSpan == null || object == null) {
            throw new IllegalArgumentException("not a watch event");
        }
        var type =
                new String(
                        line,
                        typeSpan.from() + 1,
                        typeSpan.to() - typeSpan.from() - 2,
                        StandardCharsets.UTF_8);
        return switch (type) {
            case "ADDED", "MODIFIED" -> new Change.Put<>(read(kind, line, object));
            case "DELETED" -> new Change.Gone<>(read(kind, line, object));
            // only a version is in it: reading it as its kind would, a minute after the start, make
            // the mapper learn every kind that is watched, also those that nobody has
            case "BOOKMARK" ->
                    new Change.Bookmark<>(
                            JsonSpans.text(line, object, "metadata", "resourceVersion")
                                    .orElseThrow(() ->
                                            new IllegalArgumentException(
                                                    "a bookmark without version")));
            default ->
                    new Change.Refused<>(
                            StatusException.of(500, ObjectJson.read(line, object, Status.class)));
        };
    }

    private <T extends HasMetadata> T write(String verb, Kind<T> kind, String path, T object) {
        var request =
                request(path, Map.of(), accept(kind))
                        .method(verb, "application/json", ObjectJson.write(object));
        return read(kind, send(request.build()));
    }

    private <T extends HasMetadata> T read(Kind<T> kind, byte[] body) {
        return read(kind, body, new Span(0, body.length));
    }

    private <T extends HasMetadata> T read(Kind<T> kind, byte[] body, Span span) {
        var slim = SlimJson.of(body, span);
        var object = ObjectJson.read(slim, kind.type());
        if (object.getKind() == null || kind.metadataOnly()) {
            object.setApiVersion(kind.apiVersion()); // items of lists and bare metadata
            setKind(object, kind.kind());
        }
        return object;
    }

    private static void setKind(HasMetadata object, String kind) {
        if (object instanceof io.fabric8.kubernetes.api.model.GenericKubernetesResource generic) {
            generic.setKind(kind);
        }
    }

    private static String accept(Kind<?> kind) {
        return kind.metadataOnly() ? METADATA : "application/json";
    }

    private HttpRequest.Builder request(
            String path, Map<String, String> parameters, String accept) {
        var query =
                parameters.entrySet().stream()
                        .map(p ->
                                p.getKey()
                                        + "="
                                        + URLEncoder.encode(p.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&"));
        var request =
                http.newHttpRequestBuilder()
                        .uri(base + path + (query.isEmpty() ? "" : "?" + query))
                        .setHeader("Accept", accept);
        headers.forEach(request::setHeader);
        return request;
    }

    private byte[] send(HttpRequest request) {
        HttpResponse<byte[]> response = await(http.sendAsync(request, byte[].class));
        var body = response.body() == null ? new byte[0] : response.body();
        if (!response.isSuccessful()) {
            throw refusal(response.code(), body);
        }
        return body;
    }

    private StatusException refusal(int code, byte[] body) {
        var text = new String(body, StandardCharsets.UTF_8);
        if (text.startsWith("{")) {
            return StatusException.of(code, ObjectJson.read(body, Status.class));
        }
        return new StatusException(code, "", text.strip());
    }

    private static <R> R await(CompletableFuture<R> answer) {
        try {
            return answer.get(REQUEST_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new UncheckedIOException(
                    failed.getCause() instanceof IOException io ? io : new IOException(failed));
        } catch (TimeoutException late) {
            answer.cancel(true);
            throw new UncheckedIOException(new IOException("no answer from the API server", late));
        } catch (InterruptedException stopped) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted", stopped));
        }
    }

    private static Map<String, Object> body(Delete options) {
        var body = new LinkedHashMap<String, Object>();
        putUnlessNull(body, "gracePeriodSeconds", options.graceSeconds());
        putUnlessNull(body, "propagationPolicy", options.propagation());
        var preconditions = new LinkedHashMap<String, Object>();
        putUnlessNull(preconditions, "uid", options.uid());
        putUnlessNull(preconditions, "resourceVersion", options.resourceVersion());
        if (!preconditions.isEmpty()) {
            body.put("preconditions", preconditions);
        }
        return body;
    }

    private static void putUnlessNull(
            Map<String, Object> body, String name, @Nullable Object value) {
        if (value != null) {
            body.put(name, value);
        }
    }

    private static void putUnlessEmpty(Map<String, String> query, String name, String value) {
        if (!value.isEmpty()) {
            query.put(name, value);
        }
    }
}
