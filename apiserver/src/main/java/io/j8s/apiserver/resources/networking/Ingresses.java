package io.j8s.apiserver.resources.networking;

import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.IpWarnings;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.IpRules;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/// Everything the API server knows about `networking.k8s.io/v1 Ingress`.
public final class Ingresses implements ResourceStrategy<Ingress> {

    private static final String CLASS = "kubernetes.io/ingress.class";
    private static final int HOSTS_SHOWN = 3;

    @Override
    public Names names() {
        return new Names("networking.k8s.io/v1", "Ingress", "ingresses");
    }

    @Override
    public Class<Ingress> view() {
        return Ingress.class;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        spec(tree, new Tolerance(false, false), errors);
        String annotation = tree.stringMap("metadata.annotations").get(CLASS);
        String named = tree.string("spec.ingressClassName");
        if (annotation != null && named != null && !annotation.equals(named)) {
            errors.invalid(
                    "annotations." + CLASS,
                    annotation,
                    "must match `ingressClassName` when both are specified");
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        spec(tree, new Tolerance(hasBadSecret(oldTree), hasBadWildcardRule(oldTree)), errors);
    }

    /// What an update may keep although it could not be created today.
    private record Tolerance(boolean secretNames, boolean wildcardRules) {}

    private static boolean hasBadSecret(Tree ingress) {
        return ingress.trees("spec.tls").stream()
                .map(tls -> tls.string("secretName", ""))
                .anyMatch(name -> !name.isEmpty() && !NameRules.dns1123Subdomain(name).isEmpty());
    }

    private static boolean hasBadWildcardRule(Tree ingress) {
        var found = new FieldErrors();
        At.root(ingress, found).each("spec.rules").stream()
                .filter(rule -> rule.string("host").contains("*"))
                .forEach(Ingresses::paths);
        return !found.isEmpty();
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        var before =
                oldTree.trees("status.loadBalancer.ingress").stream()
                        .map(ingress -> ingress.string("ip", ""))
                        .toList();
        for (At ingress : At.root(tree, errors).each("status.loadBalancer.ingress")) {
            String ip = ingress.string("ip");
            if (!ip.isEmpty()) {
                ingress.all("ip", IpRules.legacyAddress(ip, !before.contains(ip)));
            }
            if (!ingress.string("hostname").isEmpty()) {
                ingress.dnsSubdomain("hostname");
                if (IpRules.bytes(ingress.string("hostname")).isPresent()) {
                    ingress.invalid("hostname", "must be a DNS name, not an IP address");
                }
            }
        }
    }

    private static void spec(Tree tree, Tolerance tolerance, FieldErrors errors) {
        At spec = At.root(tree, errors).at("spec");
        if (spec == null) {
            return;
        }
        var rules = spec.each("rules");
        if (rules.isEmpty() && !spec.has("defaultBackend")) {
            errors.invalid(
                    "spec",
                    spec.get("rules"),
                    "either `defaultBackend` or `rules` must be specified");
        }
        if (spec.at("defaultBackend") instanceof At backend) {
            backend(backend);
        }
        rules.forEach(rule -> rule(rule, tolerance.wildcardRules()));
        for (At tls : spec.each("tls")) {
            var hosts = tls.strings("hosts");
            for (int i = 0; i < hosts.size(); i++) {
                tls.all("hosts[" + i + "]", hosts.get(i), host(hosts.get(i)));
            }
            if (!tls.string("secretName").isEmpty() && !tolerance.secretNames()) {
                tls.dnsSubdomain("secretName");
            }
        }
        if (spec.has("ingressClassName")) {
            spec.dnsSubdomain("ingressClassName");
        }
    }

    private static List<String> host(String host) {
        return host.contains("*")
                ? NameRules.wildcardDns1123Subdomain(host)
                : NameRules.dns1123Subdomain(host);
    }

    private static void rule(At rule, boolean allowsWildcardRules) {
        String host = rule.string("host");
        if (!host.isEmpty()) {
            if (IpRules.bytes(host).isPresent()) {
                rule.invalid("host", host, "must be a DNS name, not an IP address");
            }
            rule.all("host", host(host));
        }
        if (!allowsWildcardRules || !host.contains("*")) {
            paths(rule);
        }
    }

    private static void paths(At rule) {
        if (rule.at("http") instanceof At http) {
            var paths = http.each("paths");
            if (paths.isEmpty()) {
                http.required("paths");
            }
            paths.forEach(Ingresses::path);
        }
    }

    private static void path(At path) {
        if (!path.has("pathType")) {
            path.required("pathType", "pathType must be specified");
            return;
        }
        String text = path.string("path");
        switch (path.string("pathType")) {
            case "Exact", "Prefix" -> {
                if (!text.startsWith("/")) {
                    path.invalid("path", text, "must be an absolute path");
                }
                for (String part : List.of("//", "/./", "/../", "%2f", "%2F")) {
                    if (text.contains(part)) {
                        path.invalid("path", text, "must not contain '" + part + "'");
                    }
                }
                for (String part : List.of("/..", "/.")) {
                    if (text.endsWith(part)) {
                        path.invalid("path", text, "cannot end with '" + part + "'");
                    }
                }
            }
            case "ImplementationSpecific" -> {
                if (!text.isEmpty() && !text.startsWith("/")) {
                    path.invalid("path", text, "must be an absolute path");
                }
            }
            default -> path.notSupported("pathType", "Exact", "ImplementationSpecific", "Prefix");
        }
        if (path.at("backend") instanceof At backend) {
            backend(backend);
        } else {
            path.invalid("backend", "", "resource or service backend is required");
        }
    }

    private static void backend(At backend) {
        At service = backend.at("service");
        At resource = backend.at("resource");
        var errors = backend.errors();
        if (service != null && resource != null) {
            errors.invalid(backend.path(), "", "cannot set both resource and service backends");
        } else if (resource != null) {
            if (resource.has("apiGroup")) {
                resource.dnsSubdomain("apiGroup");
            }
            for (String field : List.of("kind", "name")) {
                if (resource.present(field)) {
                    resource.all(field, NameRules.pathSegment(resource.string(field)));
                }
            }
        } else if (service != null) {
            if (service.present("name")) {
                service.dnsLabel("name");
            }
            boolean named = !service.string("port.name").isEmpty();
            boolean numbered = service.number("port.number") != 0;
            if (named && numbered) {
                errors.invalid(backend.path(), "", "cannot set both port name & port number");
            } else if (named) {
                service.all("port.name", NameRules.portName(service.string("port.name")));
            } else if (numbered) {
                service.port("port.number");
            } else {
                errors.required(backend.path(), "port name or number is required");
            }
        } else {
            errors.invalid(backend.path(), "", "resource or service backend is required");
        }
    }

    @Override
    public List<String> statusWarnings(Tree tree) {
        var out = new ArrayList<String>();
        var points = tree.trees("status.loadBalancer.ingress");
        for (int i = 0; i < points.size(); i++) {
            String ip = points.get(i).string("ip", "");
            if (!ip.isEmpty()) {
                out.addAll(IpWarnings.address("status.loadBalancer.ingress[" + i + "]", ip));
            }
        }
        return out;
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        return oldTree == null
                        && !tree.has("spec.ingressClassName")
                        && tree.stringMap("metadata.annotations").containsKey(CLASS)
                ? List.of(
                        "annotation \""
                                + CLASS
                                + "\" is deprecated, please use 'spec.ingressClassName' instead")
                : List.of();
    }

    @Override
    public List<Column<Ingress>> columns() {
        return List.of(
                Column.text(
                        "Class",
                        "Class of the controller that serves it",
                        ingress ->
                                Objects.requireNonNullElse(
                                        ingress.getSpec().getIngressClassName(), "<none>")),
                Column.text("Hosts", "Host names of its rules", Ingresses::hosts),
                Column.text("Address", "Where it is reached", Ingresses::address),
                Column.text(
                        "Ports",
                        "Ports it serves",
                        ingress -> ingress.getSpec().getTls().isEmpty() ? "80" : "80, 443"),
                Column.age());
    }

    /// Upstream: rules without a host count as left out once three hosts are shown.
    private static String hosts(Ingress ingress) {
        var shown = new ArrayList<String>();
        boolean more = false;
        for (var rule : ingress.getSpec().getRules()) {
            more |= shown.size() == HOSTS_SHOWN;
            if (!more && rule.getHost() != null && !rule.getHost().isEmpty()) {
                shown.add(rule.getHost());
            }
        }
        if (shown.isEmpty()) {
            return "*";
        }
        String text = String.join(",", shown);
        int rest = ingress.getSpec().getRules().size() - HOSTS_SHOWN;
        return more ? text + " + " + rest + " more..." : text;
    }

    private static String address(Ingress ingress) {
        var balancer = ingress.getStatus().getLoadBalancer();
        return balancer == null
                ? ""
                : balancer.getIngress().stream()
                        .map(i ->
                                i.getIp() != null && !i.getIp().isEmpty()
                                        ? i.getIp()
                                        : i.getHostname())
                        .filter(text -> text != null && !text.isEmpty())
                        .sorted()
                        .distinct()
                        .collect(Collectors.joining(","));
    }
}
