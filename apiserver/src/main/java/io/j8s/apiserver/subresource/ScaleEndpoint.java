package io.j8s.apiserver.subresource;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Negotiated;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.managedfields.FieldManagement;
import io.j8s.apiserver.patch.ApplyConfiguration;
import io.j8s.apiserver.patch.Patches;
import io.j8s.apiserver.registry.ApiState;
import io.j8s.apiserver.registry.PatchTypes;
import io.j8s.apiserver.registry.Queries;
import io.j8s.apiserver.registry.ServedResource;
import io.j8s.apiserver.registry.WriteRequest;
import io.j8s.apiserver.registry.Writes.TreeChange;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.TypedView;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.selectors.Selector;

/// The number of replicas of a workload as an `autoscaling/v1 Scale` (upstream: `ScaleREST` of
/// each).
final class ScaleEndpoint implements Endpoint {

    private static final GroupVersionKind KIND = new GroupVersionKind("autoscaling", "v1", "Scale");

    private final ApiState state;
    private final ServedResource resource;
    private final TypeSchema type;

    ScaleEndpoint(ApiState state, ServedResource resource) {
        this.state = state;
        this.resource = resource;
        this.type = state.schema().type(KIND);
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        var form = Negotiation.of(exchange, false);
        var key = new ObjectKey(context.info().namespace(), context.info().name());
        switch (context.info().verb()) {
            case "update" -> update(exchange, context, form, key);
            case "patch" -> patch(exchange, context, form, key);
            default ->
                    state.serving()
                            .onWorker(exchange, context, () -> get(exchange, context, form, key));
        }
    }

    private void get(Exchange exchange, RequestContext context, Negotiated form, ObjectKey key)
            throws InterruptedException {
        var stored = state.serving().writes().store().read(resource.stored(), key);
        if (stored == null) {
            throw new ApiException(new ApiError.NotFound(resource.groupResource(), key.name()));
        }
        answer(exchange, context, form, stored.object());
    }

    private void update(Exchange exchange, RequestContext context, Negotiated form, ObjectKey key) {
        var serving = state.serving();
        var options = Queries.write(exchange.query(), "UpdateOptions");
        var encoding = serving.bodies().encoding(exchange);
        serving.withBody(
                exchange,
                context,
                body -> {
                    var scale =
                            serving.bodies()
                                    .read(encoding, body, KIND, options.validation(), context);
                    check(scale, key);
                    var request = new WriteRequest(resource, context, key, "scale", options);
                    var changed = serving.writes().change(request, live -> scaled(live, scale));
                    answer(exchange, context, form, changed);
                });
    }

    private void patch(Exchange exchange, RequestContext context, Negotiated form, ObjectKey key) {
        var serving = state.serving();
        boolean applies = PatchTypes.isApply(exchange);
        var options = Queries.patch(exchange.query(), applies);
        if (applies) {
            apply(exchange, context, form, key);
            return;
        }
        var kind = PatchTypes.plain(exchange);
        serving.withBody(
                exchange,
                context,
                body -> {
                    var request = new WriteRequest(resource, context, key, "scale", options);
                    TreeChange change =
                            live -> {
                                var patched =
                                        Patches.apply(
                                                kind, scale(live), body, options.validation());
                                patched.warnings().forEach(context::warn);
                                check(patched.object(), key);
                                return scaled(live, patched.object());
                            };
                    answer(exchange, context, form, serving.writes().change(request, change));
                });
    }

    /// An applied Scale owns `spec.replicas` of the workload (upstream: `ScaleHandler`).
    private void apply(Exchange exchange, RequestContext context, Negotiated form, ObjectKey key) {
        var serving = state.serving();
        var options = Queries.patch(exchange.query(), true);
        var request = new WriteRequest(resource, context, key, "scale", options);
        serving.withBody(
                exchange,
                context,
                body -> {
                    var configuration = ApplyConfiguration.read(body);
                    var sent = configuration.object();
                    FieldManagement.check(sent, type, KIND.apiVersion(), KIND.kind());
                    check(JsonCodec.read(JsonCodec.writeValue(sent), type).tree(), key);
                    Tree changed = serving.writes().apply(request, workload(sent, key));
                    configuration.check(options.validation(), context::warn);
                    answer(exchange, context, form, changed);
                });
    }

    /// The configuration of the workload that a Scale's configuration stands for.
    private TreeMap workload(TreeMap scale, ObjectKey key) {
        var metadata = TreeMap.dynamic().put("name", key.name()).put("namespace", key.namespace());
        var out =
                TreeMap.dynamic()
                        .put("apiVersion", resource.gvk().apiVersion())
                        .put("kind", resource.gvk().kind());
        out.putValue("metadata", metadata);
        var spec = scale.map("spec");
        Object replicas = spec == null ? null : spec.get("replicas");
        if (replicas != null) {
            out.putValue("spec", TreeMap.dynamic().put("replicas", replicas));
        }
        return out;
    }

    private static Tree scaled(Tree live, Tree scale) {
        live.set("spec.replicas", scale.longValue("spec.replicas", 0));
        String version = scale.string("metadata.resourceVersion", "");
        live.set("metadata.resourceVersion", version.isEmpty() ? null : version);
        String uid = scale.string("metadata.uid", "");
        if (!uid.isEmpty()) {
            live.set("metadata.uid", uid);
        }
        return live;
    }

    private static void check(Tree scale, ObjectKey key) {
        String name = scale.string("metadata.name", "");
        if (!name.equals(key.name())) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "the name of the object (%s) does not match the name on the URL (%s)"
                                    .formatted(name, key.name())));
        }
        long replicas = scale.longValue("spec.replicas", 0);
        if (replicas < 0) {
            var errors = new FieldErrors();
            errors.invalid("spec.replicas", replicas, "must be greater than or equal to 0");
            throw new ApiException(
                    new ApiError.Invalid("autoscaling", "Scale", name, errors.list()));
        }
    }

    private void answer(Exchange exchange, RequestContext context, Negotiated form, Tree object) {
        byte[] body = state.serving().forms().encode(scale(object), KIND, form);
        state.serving().answer(exchange, context, 200, form, Body.of(body));
    }

    /// The workload as a Scale.
    private Tree scale(Tree object) {
        var scale = new Tree(type);
        scale.set("apiVersion", KIND.apiVersion()).set("kind", KIND.kind());
        var metadata = scale.ensure("metadata");
        for (String field :
                new String[] {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
            metadata.set(field, object.get("metadata." + field));
        }
        scale.set("spec.replicas", object.longValue("spec.replicas", 0));
        scale.set("status.replicas", object.longValue("status.replicas", 0));
        String selector = selector(object);
        if (!selector.isEmpty()) {
            scale.set("status.selector", selector);
        }
        return scale;
    }

    /// A map of labels for replication controllers, else a LabelSelector.
    private static String selector(Tree object) {
        return switch (object.get("spec.selector")) {
            case TreeMap labels -> Selector.ofLabels(labels.strings()).toString();
            case Tree selector ->
                    Selector.of(TypedView.read(selector, LabelSelector.class)).toString();
            case null, default -> "";
        };
    }
}
