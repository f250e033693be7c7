package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.machinery.names.NameRules;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Which containers of a pod are valid: regular, init and ephemeral ones (upstream:
/// `validateContainers`, `validateInitContainers`, `validateEphemeralContainers`).
final class ContainerValidation {

    private static final Set<String> EPHEMERAL_FORBIDDEN =
            Set.of(
                    "ports",
                    "resources",
                    "livenessProbe",
                    "readinessProbe",
                    "startupProbe",
                    "lifecycle",
                    "resizePolicy",
                    "restartPolicy",
                    "restartPolicyRules");

    private final Context context;

    /// What of the pod its containers depend on.
    ///
    /// @param volumes the valid ones by name
    /// @param claims names of `resourceClaims`
    record Context(
            Map<String, Tree> volumes,
            Set<String> claims,
            @Nullable Long gracePeriod,
            String restartPolicy,
            boolean hostUsers) {

        Context {
            volumes = Map.copyOf(volumes);
            claims = Set.copyOf(claims);
        }
    }

    ContainerValidation(Context context) {
        this.context = context;
    }

    void regular(At spec) {
        var containers = spec.each("containers");
        if (containers.isEmpty()) {
            spec.required("containers");
            return;
        }
        var names = new HashSet<String>();
        for (At container : containers) {
            common(container);
            if (!names.add(container.string("name"))) {
                container.duplicate("name", container.string("name"));
            }
            Handlers.lifecycle(container, context.gracePeriod());
            Handlers.probes(container, context.gracePeriod());
            restartPolicy(container);
        }
        hostPorts(containers, new HashSet<>());
    }

    /// Own restart policies and rules of regular containers (1.35: default on).
    private static void restartPolicy(At container) {
        if (container.has("restartPolicy")) {
            container.optionalOneOf("restartPolicy", "Always", "Never", "OnFailure");
        }
        restartRules(container, false);
    }

    private static void restartRules(At container, boolean isInit) {
        var rules = container.each("restartPolicyRules");
        if (rules.isEmpty()) {
            return;
        }
        if (!container.has("restartPolicy")) {
            container.required(
                    "restartPolicy", "must specify restartPolicy when restart rules are used");
            if (isInit) {
                return;
            }
        }
        if (rules.size() > 20) {
            container.errors().tooMany(container.path("restartPolicyRules"), rules.size(), 20);
        }
        for (At rule : rules) {
            memberOf(rule, "action", "Restart", "RestartAllContainers");
            At codes = rule.at("exitCodes");
            if (codes == null) {
                rule.required("exitCodes", "must be specified");
            } else {
                memberOf(codes, "operator", "In", "NotIn");
                int values = codes.tree().list("values") instanceof TreeList list ? list.size() : 0;
                if (values > 255) {
                    codes.errors().tooMany(codes.path("values"), values, 255);
                }
            }
        }
    }

    /// An enumerated text that has no text of its own for being absent.
    private static void memberOf(At at, String field, String... supported) {
        if (!List.of(supported).contains(at.string(field))) {
            at.notSupported(field, supported);
        }
    }

    void init(At spec) {
        var names = new HashSet<String>();
        spec.each("containers").forEach(container -> names.add(container.string("name")));
        for (At container : spec.each("initContainers")) {
            common(container);
            boolean sidecar = container.string("restartPolicy").equals("Always");
            container.optionalOneOf("restartPolicy", "Always", "Never", "OnFailure");
            restartRules(container, true);
            String name = container.string("name");
            if (names.contains(name)) {
                container.duplicate("name", name);
            } else if (!name.isEmpty()) {
                names.add(name);
            }
            hostPorts(List.of(container), new HashSet<>());
            if (sidecar) {
                Handlers.lifecycle(container, context.gracePeriod());
                Handlers.probes(container, context.gracePeriod());
            } else {
                for (String field :
                        List.of("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")) {
                    if (container.has(field)) {
                        container.forbidden(
                                field,
                                "may not be set for init containers without"
                                        + " restartPolicy=Always");
                    }
                }
            }
        }
    }

    void ephemeral(At spec) {
        var others = new HashSet<String>();
        spec.each("containers").forEach(container -> others.add(container.string("name")));
        spec.each("initContainers").forEach(container -> others.add(container.string("name")));
        var names = new HashSet<>(others);
        for (At container : spec.each("ephemeralContainers")) {
            common(container);
            imageWithoutSpaces(container);
            if (!names.add(container.string("name"))) {
                container.duplicate("name", container.string("name"));
            }
            String target = container.string("targetContainerName");
            if (!target.isEmpty() && !others.contains(target)) {
                container.errors().notFound(container.path("targetContainerName"), target);
            }
            String text = "cannot be set for an Ephemeral Container";
            for (var field : container.tree().type().fields()) {
                if (EPHEMERAL_FORBIDDEN.contains(field.name()) && isSet(container, field.name())) {
                    container.forbidden(field.name(), text);
                }
            }
            for (At mount : container.each("volumeMounts")) {
                if (!mount.string("subPath").isEmpty()) {
                    mount.forbidden("subPath", text);
                }
                if (!mount.string("subPathExpr").isEmpty()) {
                    mount.forbidden("subPathExpr", text);
                }
            }
        }
    }

    private static boolean isSet(At container, String field) {
        return switch (container.get(field)) {
            case null -> false;
            case Tree struct ->
                    !struct.isEmpty()
                            || Objects.requireNonNull(container.tree().type().field(field))
                                    .pointer();
            default -> true;
        };
    }

    /// Only for pods, not for templates.
    static void imageWithoutSpaces(At container) {
        String image = container.string("image");
        if (image.length() != image.strip().length()) {
            container.invalid("image", image, "must not have leading or trailing whitespace");
        }
    }

    private void common(At container) {
        if (container.present("name")) {
            container.dnsLabel("name");
        }
        container.present("image");
        container.oneOf("terminationMessagePolicy", "File", "FallbackToLogsOnError");
        ports(container);
        EnvValidation.env(container);
        EnvValidation.envFrom(container);
        MountValidation.mounts(container, context.volumes());
        MountValidation.devices(container, context.volumes());
        container.oneOf("imagePullPolicy", "Always", "IfNotPresent", "Never");
        if (container.at("resources") instanceof At resources) {
            resources(resources);
        }
        resizePolicy(container);
        SecurityValidation.container(container.at("securityContext"), context.hostUsers());
    }

    private static void ports(At container) {
        var names = new HashSet<String>();
        for (At port : container.each("ports")) {
            String name = port.string("name");
            if (!name.isEmpty()) {
                var texts = NameRules.portName(name);
                if (!texts.isEmpty()) {
                    port.all("name", texts);
                } else if (!names.add(name)) {
                    port.duplicate("name", name);
                }
            }
            if (port.number("containerPort") == 0) {
                port.required("containerPort");
            } else {
                port.port("containerPort");
            }
            if (port.number("hostPort") != 0) {
                port.port("hostPort");
            }
            port.oneOf("protocol", "SCTP", "TCP", "UDP");
        }
    }

    /// No two containers may want the same port of the host.
    private static void hostPorts(List<At> containers, Set<String> taken) {
        for (At container : containers) {
            for (At port : container.each("ports")) {
                long number = port.number("hostPort");
                String key = port.string("protocol") + "/" + port.string("hostIP") + "/" + number;
                if (number != 0 && !taken.add(key)) {
                    port.duplicate("hostPort", key);
                }
            }
        }
    }

    private void resizePolicy(At container) {
        String field = "resizePolicy";
        var seen = new HashSet<String>();
        for (At policy : container.each(field)) {
            String resource = policy.string("resourceName");
            String restart = policy.string("restartPolicy");
            if (!seen.add(resource)) {
                container.errors().duplicate(policy.path(), resource);
            }
            member(container, field, resource, List.of("cpu", "memory"));
            member(container, field, restart, List.of("NotRequired", "RestartContainer"));
            if (context.restartPolicy().equals("Never") && !restart.equals("NotRequired")) {
                container.invalid(
                        field,
                        restart,
                        "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
            }
        }
    }

    private static void member(At container, String field, String value, List<String> supported) {
        if (value.isEmpty()) {
            container.required(field);
        } else if (!supported.contains(value)) {
            container.errors().notSupported(container.path(field), value, supported);
        }
    }

    /// Upstream's `ValidateContainerResourceRequirements`.
    void resources(At resources) {
        requirements(resources, true);
        claims(resources);
    }

    /// Upstream's `validatePodResourceRequirements`.
    void podResources(At resources) {
        requirements(resources, false);
        claims(resources);
    }

    /// @param ofContainer whether names of a container's resources are allowed, else of a pod's
    private static void requirements(At resources, boolean ofContainer) {
        var limits = new HashMap<String, Quantity>();
        boolean compute = false;
        boolean hugePages = false;
        for (String list : List.of("limits", "requests")) {
            for (String name : resources.keys(list)) {
                String field = list + "[" + name + "]";
                var value = Amounts.of(resources.tree().map(list), name);
                if (value == null) {
                    continue;
                }
                if (ofContainer) {
                    Amounts.containerName(resources, field, name);
                } else if (Amounts.name(resources, field, name)
                        && !name.equals("cpu")
                        && !name.equals("memory")
                        && !Amounts.isHugePages(name)) {
                    resources
                            .errors()
                            .notSupported(resources.path(field), name, List.of("cpu", "memory"));
                }
                Amounts.value(resources, field, name, value);
                if (list.equals("limits")) {
                    limits.put(name, value);
                } else {
                    againstLimit(resources, name, value, limits.get(name));
                }
                if (Amounts.isHugePages(name)) {
                    hugePages = true;
                    Amounts.hugePages(resources, field, name, value);
                }
                compute |= name.equals("cpu") || name.equals("memory");
            }
        }
        if (hugePages && !compute) {
            resources.errors().forbidden(resources.path(), "HugePages require cpu or memory");
        }
    }

    private static void againstLimit(
            At resources, String name, Quantity request, @Nullable Quantity limit) {
        boolean overcommits = Amounts.mayOvercommit(name);
        if (limit == null) {
            if (!overcommits) {
                resources.required("limits", "Limit must be set for non overcommitable resources");
            }
            return;
        }
        if (!overcommits && request.compareTo(limit) != 0) {
            resources.invalid(
                    "requests",
                    request.toString(),
                    "must be equal to " + name + " limit of " + limit);
        } else if (request.compareTo(limit) > 0) {
            resources.invalid(
                    "requests",
                    request.toString(),
                    "must be less than or equal to " + name + " limit of " + limit);
        }
    }

    /// Each claim, or each request of one, is named once and is one of the pod's.
    private void claims(At resources) {
        var seen = new HashSet<String>();
        for (At claim : resources.each("claims")) {
            String name = claim.string("name");
            if (name.isEmpty()) {
                resources.errors().required(claim.path(), "");
                continue;
            }
            claimOnce(resources, claim, name, seen);
            if (!context.claims().contains(name)) {
                String known =
                        context.claims().isEmpty()
                                ? " which is empty"
                                : ": "
                                        + String.join(
                                                ", ", new java.util.TreeSet<>(context.claims()));
                resources
                        .errors()
                        .add(
                                new io.j8s.machinery.errors.FieldError(
                                        io.j8s.machinery.errors.FieldError.Type.NOT_FOUND,
                                        claim.path(),
                                        "Not found: "
                                                + io.j8s.machinery.errors.FieldErrors.quote(name)
                                                + ": must be one of the names in"
                                                + " pod.spec.resourceClaims"
                                                + known));
            }
        }
    }

    private static void claimOnce(At resources, At claim, String name, Set<String> seen) {
        if (seen.contains(name)) {
            resources.errors().duplicate(claim.path(), name);
            return;
        }
        String request = claim.string("request");
        String key = request.isEmpty() ? name : name + "/" + request;
        if (!request.isEmpty()) {
            claim.dnsLabel("request");
        }
        boolean overlaps =
                request.isEmpty()
                        ? seen.stream().anyMatch(other -> other.startsWith(name + "/"))
                        : seen.contains(key);
        if (overlaps) {
            resources.errors().duplicate(claim.path(), key);
        }
        seen.add(key);
    }
}
