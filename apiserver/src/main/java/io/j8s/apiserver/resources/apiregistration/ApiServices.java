package io.j8s.apiserver.resources.apiregistration;

import io.fabric8.kubernetes.api.model.APIService;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.NameRule;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import java.util.Base64;
import java.util.List;

/// Everything the API server knows about `apiregistration.k8s.io/v1 APIService`.
public final class ApiServices implements ResourceStrategy<APIService> {

    private static final int GROUP_PRIORITY_MAX = 20000;
    private static final int VERSION_PRIORITY_MAX = 1000;
    private static final long HTTPS = 443;

    @Override
    public Names names() {
        return new Names("apiregistration.k8s.io/v1", "APIService", "apiservices");
    }

    @Override
    public Class<APIService> view() {
        return APIService.class;
    }

    @Override
    public void applyDefaults(Tree object) {
        if (object.tree("spec.service") instanceof Tree service) {
            service.setDefault("port", HTTPS);
        }
    }

    @Override
    public NameRule nameRule() {
        return NameRule.PATH_SEGMENT;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public boolean updatesUnconditionally() {
        return false;
    }

    /// Upstream: what this server serves itself is available from the beginning.
    @Override
    public void prepareForCreate(RequestContext context, Tree object) {
        if (object.has("spec.service")) {
            return;
        }
        var condition = object.ensureList("status.conditions").addTree();
        condition.set("type", "Available");
        condition.set("status", "True");
        condition.set("lastTransitionTime", object.string("metadata.creationTimestamp", ""));
        condition.set("reason", "Local");
        condition.set("message", "Local APIServices are always available");
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        var root = At.root(tree, errors);
        name(root);
        At spec = root.at("spec");
        if (spec == null) {
            return;
        }
        String group = spec.string("group");
        if (group.isEmpty() && !spec.string("version").equals("v1")) {
            spec.required("group", "only v1 may have an empty group and it better be legacy kube");
        }
        if (!group.isEmpty()) {
            spec.all("group", NameRules.dns1123Subdomain(group));
        }
        spec.all("version", NameRules.dns1035Label(spec.string("version")));
        priority(spec, "groupPriorityMinimum", GROUP_PRIORITY_MAX);
        priority(spec, "versionPriority", VERSION_PRIORITY_MAX);
        if (spec.at("service") instanceof At service) {
            remote(spec, service);
        } else {
            local(spec);
        }
    }

    private static void name(At root) {
        String name = root.string("metadata.name");
        String required = root.string("spec.version") + "." + root.string("spec.group");
        if (NameRules.pathSegment(name).isEmpty() && !name.equals(required)) {
            root.invalid(
                    "metadata.name",
                    "must be `spec.version+\".\"+spec.group`: " + FieldErrors.quote(required));
        }
    }

    private static void priority(At spec, String field, int max) {
        long value = spec.number(field);
        if (value <= 0 || value > max) {
            spec.invalid(field, value, "must be positive and less than " + max);
        }
    }

    private static void local(At spec) {
        if (spec.has("caBundle")) {
            int bytes = Base64.getMimeDecoder().decode(spec.string("caBundle")).length;
            spec.invalid("caBundle", bytes + " bytes", "local APIServices may not have a caBundle");
        }
        if (spec.bool("insecureSkipTLSVerify")) {
            spec.invalid(
                    "insecureSkipTLSVerify",
                    true,
                    "local APIServices may not have insecureSkipTLSVerify");
        }
    }

    private static void remote(At spec, At service) {
        for (String field : List.of("namespace", "name")) {
            if (service.string(field).isEmpty()) {
                service.required(field);
            }
        }
        var wrong = NameRules.portNumber((int) service.number("port"));
        if (!wrong.isEmpty()) {
            service.invalid(
                    "port",
                    service.number("port"),
                    "port is not valid: " + String.join(", ", wrong));
        }
        if (spec.bool("insecureSkipTLSVerify") && spec.has("caBundle")) {
            spec.invalid("insecureSkipTLSVerify", true, "may not be true if caBundle is present");
        }
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        for (At condition : At.root(tree, errors).each("status.conditions")) {
            if (!List.of("True", "False", "Unknown").contains(condition.string("status"))) {
                condition.notSupported("status", "True", "False", "Unknown");
            }
        }
    }

    @Override
    public List<Column<APIService>> columns() {
        return List.of(
                Column.text("Service", "Service that serves it", ApiServices::service),
                Column.text("Available", "Whether it is available", ApiServices::available),
                Column.age());
    }

    private static String service(APIService object) {
        var service = object.getSpec().getService();
        return service == null ? "Local" : service.getNamespace() + "/" + service.getName();
    }

    private static String available(APIService object) {
        for (var condition : object.getStatus().getConditions()) {
            if ("Available".equals(condition.getType())) {
                String reason = condition.getReason();
                return "True".equals(condition.getStatus()) || reason == null || reason.isEmpty()
                        ? condition.getStatus()
                        : condition.getStatus() + " (" + reason + ")";
            }
        }
        return "Unknown";
    }
}
