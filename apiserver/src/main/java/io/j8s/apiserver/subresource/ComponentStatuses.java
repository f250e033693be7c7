package io.j8s.apiserver.subresource;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.chain.Negotiated;
import io.j8s.apiserver.chain.Negotiated.Form;
import io.j8s.apiserver.chain.Negotiation;
import io.j8s.apiserver.registry.ApiState;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionKind;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// `kubectl get cs`, deprecated since 1.19 and still asked for. What answers is alive.
final class ComponentStatuses implements Endpoint {

    private static final GroupVersionKind KIND = new GroupVersionKind("", "v1", "ComponentStatus");
    private static final GroupVersionKind LIST =
            new GroupVersionKind("", "v1", "ComponentStatusList");
    private static final List<String> NAMES = List.of("controller-manager", "scheduler", "etcd-0");

    private final ApiState state;

    ComponentStatuses(ApiState state) {
        this.state = state;
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        context.warn("v1 ComponentStatus is deprecated in v1.19+");
        var form = Negotiation.of(exchange, true);
        var info = context.info();
        switch (info.verb()) {
            case "get" -> {
                if (!NAMES.contains(info.name())) {
                    throw new ApiException(
                            new ApiError.NotFound(
                                    new GroupResource("", "componentstatuses"), info.name()));
                }
                if (form.form() == Form.TABLE) {
                    table(exchange, context, form, List.of(info.name()));
                    return;
                }
                answer(exchange, context, form, status(info.name()), KIND);
            }
            case "list" -> {
                if (form.form() == Form.TABLE) {
                    table(exchange, context, form, NAMES);
                    return;
                }
                var list = new Tree(state.schema().type(LIST));
                list.set("apiVersion", "v1").set("kind", LIST.kind());
                list.ensure("metadata");
                var items = list.ensureList("items");
                for (String name : NAMES) {
                    items.addValue(status(name).remove("kind").remove("apiVersion"));
                }
                answer(exchange, context, form, list, LIST);
            }
            default -> throw new ApiException(new ApiError.MethodNotAllowed());
        }
    }

    /// Upstream's columns; nothing here is wide or differs from row to row but the name.
    private void table(
            Exchange exchange, RequestContext context, Negotiated form, List<String> names) {
        var out = new StringBuilder("{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/");
        out.append(form.formVersion()).append("\",\"metadata\":{},\"columnDefinitions\":[");
        String format = "name";
        for (String column : List.of("Name", "Status", "Message", "Error")) {
            out.append("{\"name\":\"")
                    .append(column)
                    .append("\",\"type\":\"string\",\"format\":\"");
            out.append(format).append("\",\"description\":\"\",\"priority\":0},");
            format = "";
        }
        out.setLength(out.length() - 1);
        out.append("],\"rows\":[");
        for (String name : names) {
            out.append("{\"cells\":[\"").append(name).append("\",\"Healthy\",\"ok\",\"\"],");
            out.append("\"object\":{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":");
            out.append("\"meta.k8s.io/").append(form.formVersion());
            out.append("\",\"metadata\":{\"name\":\"").append(name).append("\"}}},");
        }
        out.setLength(out.length() - 1);
        byte[] json = out.append("]}").toString().getBytes(StandardCharsets.UTF_8);
        state.serving()
                .answer(
                        exchange,
                        context,
                        200,
                        form,
                        Body.of(state.serving().forms().text(json, form)));
    }

    private Tree status(String name) {
        var status = new Tree(state.schema().type(KIND));
        status.set("apiVersion", "v1").set("kind", KIND.kind());
        status.set("metadata.name", name);
        var condition = status.ensureList("conditions").addTree();
        condition.set("type", "Healthy").set("status", "True").set("message", "ok");
        return status;
    }

    private void answer(
            Exchange exchange,
            RequestContext context,
            Negotiated form,
            Tree object,
            GroupVersionKind kind) {
        byte[] body = state.serving().forms().encode(object, kind, form);
        state.serving().answer(exchange, context, 200, form, Body.of(body));
    }
}
