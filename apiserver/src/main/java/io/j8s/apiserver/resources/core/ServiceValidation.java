package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldError;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.IpRules;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;

/// Which services are valid (upstream: `ValidateService` and `ValidateServiceUpdate`). What depends
/// on the cluster's address ranges is the allocation's.
final class ServiceValidation {

    private static final long AFFINITY_SECONDS_MAX =
            86_400; // upstream: MaxClientIPServiceAffinitySeconds
    private static final String BALANCED_ONLY = "may only be used when `type` is 'LoadBalancer'";

    private ServiceValidation() {}

    private static boolean isHeadless(Tree service) {
        return service.strings("spec.clusterIPs").equals(List.of("None"));
    }

    static void create(Tree service, FieldErrors errors) {
        judge(service, null, errors);
    }

    /// @param old addresses that it has are let pass as they are; null for a new service
    private static void judge(Tree service, @Nullable Tree old, FieldErrors errors) {
        At root = At.root(service, errors);
        var annotations = service.stringMap("metadata.annotations");
        String mode = annotations.get("service.kubernetes.io/topology-mode");
        String hints = annotations.get("service.kubernetes.io/topology-aware-hints");
        if (mode != null && hints != null && !mode.equals(hints)) {
            errors.invalid(
                    "metadata.annotations[service.kubernetes.io/topology-mode]",
                    mode,
                    "must match annotations[service.kubernetes.io/topology-aware-hints] when both"
                            + " are specified");
        }
        if (root.at("spec") instanceof At spec) {
            spec(spec, old == null ? null : old.tree("spec"), isHeadless(service));
        }
    }

    private static void spec(At spec, @Nullable Tree old, boolean headless) {
        String type = spec.string("type");
        if (spec.tree().trees("ports").isEmpty() && !headless && !type.equals("ExternalName")) {
            spec.required("ports");
        }
        if (headless && (type.equals("LoadBalancer") || type.equals("NodePort"))) {
            spec.errors()
                    .invalid(
                            spec.path("clusterIPs[0]"),
                            "None",
                            "may not be set to 'None' for " + type + " services");
        }
        if (type.equals("ExternalName")) {
            externalName(spec);
        }
        ports(spec);
        spec.labels("selector");
        affinity(spec);
        if (!type.equals("ExternalName")) {
            clusterIps(spec, strings(old, "clusterIPs"), headless);
        }
        externalIps(spec, strings(old, "externalIPs"));
        spec.oneOf("type", "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        nodePorts(spec, type);
        balancer(spec, strings(old, "loadBalancerSourceRanges"), type);
        if (old == null) {
            balancerClass(spec);
        }
        traffic(spec, type);
    }

    private static List<String> strings(@Nullable Tree old, String field) {
        return old == null ? List.of() : old.strings(field);
    }

    private static void externalName(At spec) {
        for (String field : List.of("clusterIPs", "ipFamilies")) {
            if (!spec.strings(field).isEmpty()) {
                spec.forbidden(field, "may not be set for ExternalName services");
            }
        }
        if (spec.has("ipFamilyPolicy")) {
            spec.forbidden("ipFamilyPolicy", "may not be set for ExternalName services");
        }
        String name = spec.string("externalName");
        String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        if (bare.isEmpty()) {
            spec.required("externalName");
        } else {
            spec.all("externalName", bare, NameRules.dns1123Subdomain(bare));
        }
    }

    private static void ports(At spec) {
        var names = new HashSet<String>();
        var ports = spec.each("ports");
        for (At port : ports) {
            String name = port.string("name");
            if (ports.size() > 1 && name.isEmpty()) {
                port.required("name");
            } else if (!name.isEmpty()) {
                port.dnsLabel("name");
                if (!names.add(name)) {
                    port.duplicate("name", name);
                }
            }
            port.port("port");
            port.oneOf("protocol", "SCTP", "TCP", "UDP");
            port.portNumberOrName("targetPort");
            if (port.has("appProtocol")) {
                port.qualifiedName("appProtocol");
            }
        }
    }

    private static void affinity(At spec) {
        spec.oneOf("sessionAffinity", "ClientIP", "None");
        String affinity = spec.string("sessionAffinity");
        String field = "sessionAffinityConfig.clientIP.timeoutSeconds";
        if (affinity.equals("ClientIP")) {
            long seconds = spec.number(field);
            if (!spec.has(field)) {
                spec.required(field, "when session affinity type is ClientIP");
            } else if (seconds <= 0 || seconds > AFFINITY_SECONDS_MAX) {
                spec.invalid(
                        field,
                        seconds,
                        "must be greater than 0 and less than " + AFFINITY_SECONDS_MAX);
            }
        } else if (affinity.equals("None") && spec.has("sessionAffinityConfig")) {
            spec.forbidden(
                    "sessionAffinityConfig", "must not be set when session affinity is None");
        }
    }

    private static void clusterIps(At spec, List<String> known, boolean headless) {
        var ips = spec.strings("clusterIPs");
        String first = spec.string("clusterIP");
        if (!first.isEmpty()) {
            if (ips.isEmpty()) {
                spec.required("clusterIPs");
            } else if (!ips.getFirst().equals(first)) {
                spec.invalid("clusterIPs", "first value must match `clusterIP`");
            }
        } else if (!ips.isEmpty()) {
            spec.invalid("clusterIPs", "must be empty when `clusterIP` is not specified");
        }
        families(spec);
        boolean broken = false;
        for (int i = 0; i < ips.size(); i++) {
            if (i == 0 && ips.get(i).equals("None")) {
                if (ips.size() > 1) {
                    broken = true;
                    spec.invalid("clusterIPs", "'None' must be the first and only value");
                }
                continue;
            }
            var texts =
                    known.contains(ips.get(i))
                            ? List.<String>of()
                            : IpRules.legacyAddress(ips.get(i), true);
            broken |= !texts.isEmpty();
            spec.all("clusterIPs[" + i + "]", ips.get(i), texts);
        }
        if (ips.size() > 2) {
            spec.invalid("clusterIPs", "may only hold up to 2 values");
        }
        if (broken) {
            return;
        }
        long six = ips.stream().filter(IpRules::isIpv6).count();
        for (int i = 0; ips.size() > 1 && i < ips.size(); i++) {
            if (IpRules.bytes(ips.get(i)).isEmpty()) {
                spec.errors()
                        .internal(
                                spec.path("clusterIPs"),
                                "failed to check for dual stack with error:invalid IP["
                                        + i
                                        + "]: "
                                        + ips.get(i));
                six = 0;
                break;
            }
        }
        if (ips.size() > 1 && (six == 0 || six == ips.size())) {
            spec.invalid("clusterIPs", "may specify no more than one IP for each IP family");
        }
        var families = spec.strings("ipFamilies");
        for (int i = 0; !headless && i < ips.size() && i < families.size(); i++) {
            boolean isSix = IpRules.isIpv6(ips.get(i));
            String family = families.get(i);
            if ((family.equals("IPv4") && isSix) || (family.equals("IPv6") && !isSix)) {
                spec.invalid(
                        "clusterIPs[" + i + "]",
                        ips.get(i),
                        "expected an " + family + " value as indicated by `ipFamilies[" + i + "]`");
            }
        }
    }

    private static void families(At spec) {
        var seen = new HashSet<String>();
        var families = spec.strings("ipFamilies");
        for (int i = 0; i < families.size(); i++) {
            String family = families.get(i);
            String field = spec.path("ipFamilies[" + i + "]");
            if (!family.equals("IPv4") && !family.equals("IPv6")) {
                spec.errors().notSupported(field, family, List.of("IPv4", "IPv6"));
            }
            if (!seen.add(family)) {
                spec.errors().duplicate(field, family);
            }
        }
        spec.optionalOneOf("ipFamilyPolicy", "PreferDualStack", "RequireDualStack", "SingleStack");
    }

    private static void externalIps(At spec, List<String> known) {
        var ips = spec.strings("externalIPs");
        for (int i = 0; i < ips.size(); i++) {
            boolean isKnown = known.contains(ips.get(i));
            var texts = isKnown ? List.<String>of() : IpRules.legacyAddress(ips.get(i), true);
            String field = "externalIPs[" + i + "]";
            spec.all(field, ips.get(i), texts);
            if (IpRules.bytes(ips.get(i)).isEmpty() && isKnown) {
                spec.invalid(field, ips.get(i), "must be a valid IP address");
            } else if (texts.isEmpty()) {
                EndpointRules.notSpecial(spec, field, ips.get(i));
            }
        }
    }

    private static void nodePorts(At spec, String type) {
        var nodePorts = new HashSet<String>();
        var own = new HashSet<String>();
        for (At port : spec.each("ports")) {
            if (type.equals("ClusterIP") && port.number("nodePort") != 0) {
                port.forbidden("nodePort", "may not be used when `type` is 'ClusterIP'");
            }
        }
        for (At port : spec.each("ports")) {
            long node = port.number("nodePort");
            if (node != 0 && !nodePorts.add(port.string("protocol") + node)) {
                port.duplicate("nodePort", node);
            }
        }
        for (At port : spec.each("ports")) {
            if (!own.add(port.string("protocol") + port.number("port"))) {
                // upstream prints Go's internal struct
                port.errors()
                        .add(
                                new FieldError(
                                        FieldError.Type.DUPLICATE,
                                        port.path(),
                                        "Duplicate value: {\"Name\":\"\",\"Protocol\":\""
                                                + port.string("protocol")
                                                + "\",\"AppProtocol\":null,\"Port\":"
                                                + port.number("port")
                                                + ",\"TargetPort\":0,\"NodePort\":0}"));
            }
        }
    }

    private static void balancer(At spec, List<String> known, String type) {
        boolean balanced = type.equals("LoadBalancer");
        var ranges = spec.strings("loadBalancerSourceRanges");
        String field = spec.path() + ".LoadBalancerSourceRanges";
        if (!ranges.isEmpty() && !balanced) {
            spec.errors().forbidden(field, BALANCED_ONLY);
        }
        for (int i = 0; i < ranges.size(); i++) {
            String range = ranges.get(i).strip();
            String at = field + "[" + i + "]";
            if (known.stream().noneMatch(old -> old.strip().equals(range))) {
                IpRules.legacyCidr(range, true)
                        .forEach(text -> spec.errors().invalid(at, range, text));
            }
        }
        if (spec.has("allocateLoadBalancerNodePorts") && !balanced) {
            spec.forbidden("allocateLoadBalancerNodePorts", BALANCED_ONLY);
        }
    }

    private static void balancerClass(At spec) {
        if (!spec.has("loadBalancerClass")) {
            return;
        }
        if (spec.string("type").equals("LoadBalancer")) {
            spec.qualifiedName("loadBalancerClass");
        } else {
            spec.forbidden("loadBalancerClass", BALANCED_ONLY);
        }
    }

    private static void traffic(At spec, String type) {
        boolean external =
                type.equals("LoadBalancer")
                        || type.equals("NodePort")
                        || (type.equals("ClusterIP") && !spec.strings("externalIPs").isEmpty());
        String policy = spec.string("externalTrafficPolicy");
        if (external) {
            spec.oneOf("externalTrafficPolicy", "Cluster", "Local");
        } else if (!policy.isEmpty()) {
            spec.invalid(
                    "externalTrafficPolicy", "may only be set for externally-accessible services");
        }
        long port = spec.number("healthCheckNodePort");
        if (port == 0 && type.equals("LoadBalancer") && policy.equals("Local")) {
            spec.required("healthCheckNodePort");
        } else if (port != 0) {
            if (type.equals("LoadBalancer") && policy.equals("Local")) {
                spec.port("healthCheckNodePort");
            } else {
                spec.invalid(
                        "healthCheckNodePort",
                        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy`"
                                + " is 'Local'");
            }
        }
        spec.optionalOneOf("internalTrafficPolicy", "Cluster", "Local");
        spec.optionalOneOf(
                "trafficDistribution", "PreferClose", "PreferSameZone", "PreferSameNode");
    }

    static void update(Tree service, Tree old, FieldErrors errors) {
        At root = At.root(service, errors);
        boolean named =
                service.string("spec.type", "").equals("ExternalName")
                        || old.string("spec.type", "").equals("ExternalName");
        if (!named) {
            clusterIpChange(root, old);
            familyChange(root, old);
        }
        if (old.string("spec.type", "").equals("LoadBalancer")
                && service.string("spec.type", "").equals("LoadBalancer")
                && !service.semanticallyEquals(old, "spec.loadBalancerClass")) {
            root.invalid("spec.loadBalancerClass", "may not change once set");
        }
        balancerClass(root.struct("spec"));
        if (needsHealthCheck(old)
                && needsHealthCheck(service)
                && service.longValue("spec.healthCheckNodePort", 0)
                        != old.longValue("spec.healthCheckNodePort", 0)) {
            root.forbidden("spec.healthCheckNodePort", At.IMMUTABLE);
        }
        judge(service, old, errors);
    }

    private static boolean needsHealthCheck(Tree service) {
        return service.string("spec.type", "").equals("LoadBalancer")
                && service.string("spec.externalTrafficPolicy", "").equals("Local");
    }

    private static void familyChange(At root, Tree old) {
        if (isHeadless(old) || isHeadless(root.tree())) {
            return;
        }
        String field = "spec.ipFamilies";
        var before = old.strings(field);
        var now = root.strings(field);
        Object shown = root.get(field);
        if (before.size() == now.size()) {
            for (int i = 0; i < now.size(); i++) {
                if (!now.get(i).equals(before.get(i))) {
                    root.invalid(field + "[0]", shown, "may not change once set");
                }
            }
            return;
        }
        if (before.size() > now.size() && root.strings("spec.clusterIPs").isEmpty()) {
            root.invalid(field + "[0]", shown, "primary ipFamily can not be unset");
        }
        if (!before.isEmpty() && !now.isEmpty() && !now.getFirst().equals(before.getFirst())) {
            root.invalid(field + "[0]", root.get("spec.clusterIPs"), "may not change once set");
        }
        if (before.size() > now.size()
                && now.size() == 1
                && !root.string("spec.ipFamilyPolicy").equals("SingleStack")) {
            root.invalid(
                    "spec.ipFamilyPolicy",
                    "must be set to 'SingleStack' when releasing the secondary ipFamily");
        }
    }

    private static void clusterIpChange(At root, Tree old) {
        var before = old.strings("spec.clusterIPs");
        var now = root.strings("spec.clusterIPs");
        if (isHeadless(old) && isHeadless(root.tree())) {
            return;
        }
        Object shown = root.get("spec.clusterIPs");
        if (before.size() == now.size()) {
            for (int i = 0; i < now.size(); i++) {
                if (!now.get(i).equals(before.get(i))) {
                    root.invalid("spec.clusterIPs[" + i + "]", shown, "may not change once set");
                }
            }
            return;
        }
        if (now.isEmpty()) {
            root.invalid("spec.clusterIPs[0]", shown, "primary clusterIP can not be unset");
        } else if (!before.isEmpty() && !now.getFirst().equals(before.getFirst())) {
            root.invalid("spec.clusterIPs[0]", shown, "may not change once set");
        }
        if (before.size() > now.size()
                && now.size() == 1
                && !root.string("spec.ipFamilyPolicy").equals("SingleStack")) {
            root.invalid(
                    "spec.ipFamilyPolicy",
                    "must be set to 'SingleStack' when releasing the secondary clusterIP");
        }
    }

    static void status(Tree service, Tree old, FieldErrors errors) {
        At root = At.root(service, errors);
        var ingresses = root.each("status.loadBalancer.ingress");
        if (!ingresses.isEmpty() && !service.string("spec.type", "").equals("LoadBalancer")) {
            root.forbidden(
                    "status.loadBalancer.ingress",
                    "may only be used when `spec.type` is 'LoadBalancer'");
            return;
        }
        var known =
                old.trees("status.loadBalancer.ingress").stream()
                        .map(ingress -> ingress.string("ip", ""))
                        .toList();
        for (At ingress : ingresses) {
            if (!ingress.string("ip").isEmpty()) {
                if (!known.contains(ingress.string("ip"))) {
                    ingress.address("ip");
                }
                if (!ingress.has("ipMode")) {
                    ingress.required("ipMode", "must be specified when `ip` is set");
                }
                ingress.optionalOneOf("ipMode", "Proxy", "VIP");
            } else if (ingress.has("ipMode")) {
                ingress.forbidden("ipMode", "may not be specified when `ip` is not set");
            }
            if (!ingress.string("hostname").isEmpty()) {
                ingress.dnsSubdomain("hostname");
                if (IpRules.bytes(ingress.string("hostname")).isPresent()) {
                    ingress.invalid("hostname", "must be a DNS name, not an IP address");
                }
            }
        }
    }
}
