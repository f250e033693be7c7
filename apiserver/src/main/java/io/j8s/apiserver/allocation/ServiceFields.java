package io.j8s.apiserver.allocation;

import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Which of a Service's fields are allocated, and how an update that leaves them out keeps them
/// (upstream: `pkg/registry/core/service/strategy.go` and `storage/storage.go`). Pure.
final class ServiceFields {

    static final String NONE = "None";

    private ServiceFields() {}

    static String type(Tree service) {
        return service.string("spec.type", "ClusterIP");
    }

    static String clusterIp(Tree service) {
        return service.string("spec.clusterIP", "");
    }

    static boolean isHeadless(Tree service) {
        return clusterIp(service).equals(NONE);
    }

    static boolean needsClusterIp(Tree service) {
        return !type(service).equals("ExternalName");
    }

    static boolean needsNodePorts(Tree service) {
        return switch (type(service)) {
            case "NodePort" -> true;
            case "LoadBalancer" -> service.bool("spec.allocateLoadBalancerNodePorts", true);
            default -> false;
        };
    }

    /// Ports that were given to a balancer stay even when it asks for none any more.
    private static boolean mayHaveNodePorts(Tree service) {
        return type(service).equals("NodePort") || type(service).equals("LoadBalancer");
    }

    static boolean needsHealthCheckPort(Tree service) {
        return type(service).equals("LoadBalancer")
                && service.string("spec.externalTrafficPolicy", "").equals("Local");
    }

    /// Real addresses, without `None`.
    static List<String> clusterIps(Tree service) {
        return isHeadless(service)
                ? List.of()
                : service.strings("spec.clusterIPs").stream().filter(ip -> !ip.isEmpty()).toList();
    }

    static Set<Integer> nodePorts(Tree service) {
        var out = new HashSet<Integer>();
        for (var port : service.trees("spec.ports")) {
            int nodePort = port.intValue("nodePort", 0);
            if (nodePort != 0) {
                out.add(nodePort);
            }
        }
        int health = service.intValue("spec.healthCheckNodePort", 0);
        if (health != 0) {
            out.add(health);
        }
        return out;
    }

    /// Keeps `clusterIP` and `clusterIPs` in step with each other (upstream:
    /// `normalizeClusterIPs`).
    static void normalize(Tree service, @Nullable Tree old) {
        var ip = clusterIp(service);
        var ips = service.strings("spec.clusterIPs");
        if (old == null) {
            if (!ip.isEmpty() && ips.isEmpty()) {
                service.set("spec.clusterIPs", List.of(ip));
            }
            return;
        }
        boolean sameIps = ips.equals(old.strings("spec.clusterIPs"));
        var oldIp = clusterIp(old);
        if (!oldIp.isEmpty() && ip.isEmpty() && sameIps) {
            service.remove("spec.clusterIPs"); // the client cleared the one it knows
        } else if (!ip.isEmpty() && !ip.equals(oldIp) && sameIps) {
            service.set("spec.clusterIPs", List.of(ip));
        }
    }

    /// Fills in what an update left out though the old state had it (upstream:
    /// `patchAllocatedValues`).
    static void keepAllocated(Tree service, Tree old) {
        if (needsClusterIp(old) && needsClusterIp(service)) {
            if (clusterIp(service).isEmpty()) {
                service.keep("spec.clusterIP", old);
            }
            if (service.strings("spec.clusterIPs").isEmpty()
                    && clusterIp(service).equals(clusterIp(old))) {
                service.keep("spec.clusterIPs", old);
            }
        }
        if (needsNodePorts(old) && needsNodePorts(service)) {
            keepNodePorts(service, old);
        }
        if (needsHealthCheckPort(old)
                && needsHealthCheckPort(service)
                && service.intValue("spec.healthCheckNodePort", 0) == 0) {
            service.keep("spec.healthCheckNodePort", old);
        }
    }

    private static void keepNodePorts(Tree service, Tree old) {
        var before = new HashMap<String, Integer>();
        for (var port : old.trees("spec.ports")) {
            before.put(portKey(port), port.intValue("nodePort", 0));
        }
        var used = nodePorts(service);
        for (var port : service.trees("spec.ports")) {
            int kept = before.getOrDefault(portKey(port), 0);
            if (port.intValue("nodePort", 0) == 0 && kept != 0 && !used.contains(kept)) {
                port.set("nodePort", (long) kept);
            }
        }
    }

    private static String portKey(Tree port) {
        return port.string("protocol", "TCP") + "/" + port.intValue("port", 0);
    }

    /// Wipes what a new type has no use for, unless the client set it anew (upstream:
    /// `dropTypeDependentFields`).
    static void dropUnneeded(Tree service, Tree old) {
        if (needsClusterIp(old) && !needsClusterIp(service)) {
            if (same(service, old, "spec.clusterIP") && same(service, old, "spec.clusterIPs")) {
                service.remove("spec.clusterIP").remove("spec.clusterIPs");
            }
            for (var field : List.of("spec.ipFamilies", "spec.ipFamilyPolicy")) {
                if (same(service, old, field)) {
                    service.remove(field);
                }
            }
        }
        if (mayHaveNodePorts(old) && !mayHaveNodePorts(service) && sameNodePorts(service, old)) {
            service.trees("spec.ports").forEach(port -> port.remove("nodePort"));
        }
        if (needsHealthCheckPort(old)
                && !needsHealthCheckPort(service)
                && service.intValue("spec.healthCheckNodePort", 0)
                        == old.intValue("spec.healthCheckNodePort", 0)) {
            service.remove("spec.healthCheckNodePort");
        }
        if (needsExternalTrafficPolicy(old)
                && !needsExternalTrafficPolicy(service)
                && same(service, old, "spec.externalTrafficPolicy")) {
            service.remove("spec.externalTrafficPolicy");
        }
        if (type(old).equals("LoadBalancer") && !type(service).equals("LoadBalancer")) {
            for (var field :
                    List.of("spec.allocateLoadBalancerNodePorts", "spec.loadBalancerClass")) {
                if (same(service, old, field)) {
                    service.remove(field);
                }
            }
        }
    }

    private static boolean needsExternalTrafficPolicy(Tree service) {
        return switch (type(service)) {
            case "NodePort", "LoadBalancer" -> true;
            case "ClusterIP" -> !service.strings("spec.externalIPs").isEmpty();
            default -> false;
        };
    }

    private static boolean same(Tree service, Tree old, String path) {
        return Objects.equals(service.get(path), old.get(path));
    }

    private static boolean sameNodePorts(Tree service, Tree old) {
        return ports(service).equals(ports(old));
    }

    private static Map<String, Integer> ports(Tree service) {
        var out = new HashMap<String, Integer>();
        for (var port : service.trees("spec.ports")) {
            out.put(portKey(port), port.intValue("nodePort", 0));
        }
        return out;
    }
}
