package io.j8s.apiserver.registry;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.registry.WriteRequest.WriteOptions;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.DecodeException;
import io.j8s.apiserver.schema.FieldValidation;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// PATCH in its four kinds (upstream: `endpoints/handlers/patch.go`).
final class PatchVerb implements Endpoint {

    static final String APPLY = "application/apply-patch+yaml";

    private static final int ATTEMPTS_MAX = 5; // upstream: MaxRetryWhenPatchConflicts
    private static final List<String> ORDER =
            List.of(
                    "application/json-patch+json",
                    "application/merge-patch+json",
                    "application/strategic-merge-patch+json",
                    APPLY);

    private final Serving serving;
    private final Map<String, PatchKind> kinds;
    private final ServedResource resource;
    private final String subresource;
    private final YAMLMapper yaml = YAMLMapper.builder().build();
    private final JsonMapper json = JsonMapper.builder().build();

    /// @param kinds by media type, without apply
    /// @param subresource one whose body is the object itself; empty for the object
    PatchVerb(
            Serving serving,
            Map<String, PatchKind> kinds,
            ServedResource resource,
            String subresource) {
        this.serving = serving;
        this.kinds = kinds;
        this.resource = resource;
        this.subresource = subresource;
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        var form = Negotiation.of(exchange, true);
        String type = mediaType(exchange);
        var options = Queries.write(exchange.query(), "PatchOptions");
        boolean isApply = type.equals(APPLY);
        check(options, isApply, exchange);
        var info = context.info();
        var key = new ObjectKey(resource.namespaced() ? info.namespace() : "", info.name());
        var request = new WriteRequest(resource, context, key, subresource, options);
        serving.withBody(
                exchange,
                body -> {
                    var result =
                            isApply ? apply(request, body) : patch(request, patchKind(type), body);
                    var wanted = serving.wanted(exchange, form);
                    serving.answer(
                            exchange,
                            context,
                            result.created() ? 201 : 200,
                            form,
                            Body.of(serving.forms().object(resource, result.object(), wanted)));
                });
    }

    private PatchKind patchKind(String type) {
        var kind = kinds.get(type);
        if (kind == null) {
            throw unsupported();
        }
        return kind;
    }

    private String mediaType(Exchange exchange) {
        String header = exchange.header("Content-Type");
        String type = header == null ? "" : header;
        int semicolon = type.indexOf(';');
        type = (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
        type = type.toLowerCase(Locale.ROOT);
        if (!type.equals(APPLY) && !kinds.containsKey(type)) {
            throw unsupported();
        }
        return type;
    }

    private ApiException unsupported() {
        return new ApiException(
                new ApiError.UnsupportedMediaType(
                        "the body of the request was in an unknown format - accepted media types"
                                + " include: "
                                + String.join(
                                        ", ",
                                        ORDER.stream()
                                                .filter(t ->
                                                        t.equals(APPLY) || kinds.containsKey(t))
                                                .toList())));
    }

    /// Upstream's `ValidatePatchOptions`.
    private static void check(WriteOptions options, boolean isApply, Exchange exchange) {
        var errors = new FieldErrors();
        if (isApply) {
            if (options.fieldManager().isEmpty()) {
                errors.required("fieldManager", "is required for apply patch");
            }
        } else if (exchange.query().has("force")) {
            errors.forbidden("force", "may not be specified for non-apply patch");
        }
        Queries.refuse("PatchOptions", errors);
    }

    private Modification.Result patch(WriteRequest request, PatchKind kind, byte[] body)
            throws InterruptedException {
        return serving.writes()
                .modify(
                        request,
                        current -> {
                            if (current == null) {
                                throw new IllegalStateException("a patch creates nothing");
                            }
                            var live = resource.fromStored(current);
                            var patched = kind.apply(live, body, resource.type());
                            strict(request, patched.strictErrors());
                            var object = patched.object();
                            checkSame(request, object);
                            return serving.writes().noted(request, current, object);
                        },
                        ATTEMPTS_MAX,
                        false);
    }

    private void strict(WriteRequest request, List<String> errors) {
        if (errors.isEmpty()) {
            return;
        }
        if (request.options().validation() == FieldValidation.STRICT) {
            var cause = new FieldErrors();
            cause.add(
                    new io.j8s.machinery.errors.FieldError(
                            io.j8s.machinery.errors.FieldError.Type.INVALID,
                            "patch",
                            "Invalid value: \"\": strict decoding error: "
                                    + String.join(", ", errors)));
            var gvk = resource.gvk();
            throw new ApiException(
                    new ApiError.Invalid(
                            gvk.group(), gvk.kind(), request.key().name(), cause.list()));
        }
        if (request.options().validation() == FieldValidation.WARN) {
            errors.forEach(request.context()::warn);
        }
    }

    /// A patch must not make another object of it.
    private void checkSame(WriteRequest request, Tree object) {
        Writes.checkNamespace(request, object);
        Writes.checkName(request, object);
        object.set("apiVersion", resource.gvk().apiVersion());
        object.set("kind", resource.gvk().kind());
    }

    private Modification.Result apply(WriteRequest request, byte[] body)
            throws InterruptedException {
        TreeMap configuration = configuration(request, body);
        return serving.writes()
                .modify(
                        request,
                        current -> applied(request, current, configuration),
                        ATTEMPTS_MAX,
                        request.subresource().isEmpty());
    }

    private Tree applied(WriteRequest request, @Nullable Tree current, TreeMap configuration) {
        var writes = serving.writes();
        var live = current == null ? null : resource.fromStored(current);
        Tree object = writes.fields().applied(live, configuration, request, writes.now());
        checkSame(request, object);
        resource.defaults(object);
        var stored = resource.toStored(object);
        request.kind().applyDefaults(stored);
        return stored;
    }

    private TreeMap configuration(WriteRequest request, byte[] body) {
        byte[] text;
        try {
            text = json.writeValueAsBytes(yaml.readValue(body, JsonNode.class));
        } catch (JacksonException e) {
            throw new ApiException(
                    new ApiError.BadRequest("error decoding YAML: " + e.getOriginalMessage()));
        }
        try {
            // read by the type as well, for what strict field validation objects to
            strict(request, JsonCodec.read(text, resource.type()).strictErrors());
            if (JsonCodec.readDynamic(text) instanceof TreeMap map) {
                return map;
            }
        } catch (DecodeException e) {
            throw new ApiException(new ApiError.BadRequest("error decoding YAML: " + e.text()));
        }
        throw new ApiException(
                new ApiError.BadRequest("error decoding YAML: the configuration is no object"));
    }
}
