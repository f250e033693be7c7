package io.j8s.apiserver.subresource;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.registry.ApiState;
import io.j8s.apiserver.registry.Queries;
import io.j8s.apiserver.registry.ServedResource;
import io.j8s.apiserver.registry.WriteRequest;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.errors.Status;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.ObjectKey;

import java.time.temporal.ChronoUnit;
import java.util.List;

/// Puts a pod on a node (upstream: `registry/core/pod/storage.BindingREST`).
final class BindingEndpoint implements Endpoint {

    private static final GroupVersionKind KIND = new GroupVersionKind("", "v1", "Binding");
    private static final GroupResource MESSAGE_RESOURCE = new GroupResource("", "pods/binding");

    private final ApiState state;
    private final ServedResource pods;

    BindingEndpoint(ApiState state, ServedResource pods) {
        this.state = state;
        this.pods = pods;
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        var serving = state.serving();
        var options = Queries.write(exchange.query(), "CreateOptions");
        var encoding = serving.bodies().encoding(exchange);
        serving.withBody(
                exchange,
                context,
                body -> {
                    var binding =
                            serving.bodies()
                                    .read(encoding, body, KIND, options.validation(), context);
                    String name = binding.string("metadata.name", "");
                    var info = context.info();
                    if (!info.name().isEmpty() && !info.name().equals(name)) {
                        throw new ApiException(
                                new ApiError.BadRequest(
                                        "name in URL does not match name in Binding object"));
                    }
                    check(binding);
                    var key = new ObjectKey(info.namespace(), name);
                    var request = new WriteRequest(pods, context, key, "binding", options);
                    serving.writes().adjust(request, pod -> bind(pod, binding));
                    serving.answers()
                            .success(
                                    exchange,
                                    201,
                                    new Status("Success", "", "", null, 201, ""),
                                    context.warnings());
                });
    }

    private static void check(Tree binding) {
        var errors = new FieldErrors();
        String kind = binding.string("target.kind", "");
        if (!kind.isEmpty() && !kind.equals("Node")) {
            errors.notSupported("target.kind", kind, List.of("Node", "<empty>"));
        }
        if (binding.string("target.name", "").isEmpty()) {
            errors.required("target.name", "");
        }
        if (!errors.isEmpty()) {
            throw new ApiException(
                    new ApiError.Invalid(
                            "", "Binding", binding.string("metadata.name", ""), errors.list()));
        }
    }

    private Tree bind(Tree pod, Tree binding) {
        String name = pod.string("metadata.name", "");
        String uid = binding.string("metadata.uid", "");
        String present = pod.string("metadata.uid", "");
        if (!uid.isEmpty() && !uid.equals(present)) {
            throw refused(
                    new GroupResource("", "pods"),
                    name,
                    "Precondition failed: UID in precondition: "
                            + uid
                            + ", UID in object meta: "
                            + present);
        }
        if (pod.has("metadata.deletionTimestamp")) {
            throw refused(
                    MESSAGE_RESOURCE,
                    name,
                    "pod " + name + " is being deleted, cannot be assigned to a host");
        }
        String node = pod.string("spec.nodeName", "");
        if (!node.isEmpty()) {
            throw refused(
                    MESSAGE_RESOURCE,
                    name,
                    "pod " + name + " is already assigned to node " + FieldErrors.quote(node));
        }
        if (!pod.trees("spec.schedulingGates").isEmpty()) {
            throw refused(
                    MESSAGE_RESOURCE, name, "pod " + name + " has non-empty .spec.schedulingGates");
        }
        pod.set("spec.nodeName", binding.string("target.name", ""));
        binding.stringMap("metadata.annotations")
                .forEach((key, value) -> pod.ensureMap("metadata.annotations").put(key, value));
        binding.stringMap("metadata.labels")
                .forEach((key, value) -> pod.ensureMap("metadata.labels").put(key, value));
        // upstream: ClearingNominatedNodeNameAfterBinding
        pod.remove("status.nominatedNodeName");
        scheduled(pod);
        return pod;
    }

    private static ApiException refused(GroupResource resource, String name, String why) {
        return new ApiException(new ApiError.Conflict(resource, name, why));
    }

    /// The condition `PodScheduled` is true from now on.
    private void scheduled(Tree pod) {
        var conditions = pod.ensureList("status.conditions");
        var condition = conditions.find("type", "PodScheduled");
        boolean isNew = condition == null;
        var target = condition == null ? conditions.addTree() : condition;
        if (isNew || !target.string("status", "").equals("True")) {
            target.set(
                    "lastTransitionTime",
                    state.serving().timers().now().truncatedTo(ChronoUnit.SECONDS));
        }
        target.set("type", "PodScheduled").set("status", "True");
        // upstream: it is a new condition that keeps nothing of the old one
        target.remove("reason").remove("message").remove("observedGeneration");
    }
}
