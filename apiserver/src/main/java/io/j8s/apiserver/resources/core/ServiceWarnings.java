package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Service;
import io.j8s.apiserver.resources.rules.IpWarnings;

import java.util.ArrayList;
import java.util.List;

/// What is odd about a valid Service (upstream: `GetWarningsForService`). Pure.
final class ServiceWarnings {

    private static final String HINTS = "service.kubernetes.io/topology-aware-hints";

    private ServiceWarnings() {}

    static List<String> of(Service service) {
        var out = new ArrayList<String>();
        var spec = service.getSpec();
        if (service.getMetadata().getAnnotations().containsKey(HINTS)) {
            out.add(
                    "annotation "
                            + HINTS
                            + " is deprecated, please use service.kubernetes.io/topology-mode"
                            + " instead");
        }
        String first = spec.getClusterIP() == null ? "" : spec.getClusterIP();
        if (!first.isEmpty() && !first.equals("None")) {
            addresses("spec.clusterIPs", spec.getClusterIPs(), out);
        }
        boolean named = "ExternalName".equals(spec.getType());
        boolean headless = "ClusterIP".equals(spec.getType()) && first.equals("None");
        String balancer = spec.getLoadBalancerIP() == null ? "" : spec.getLoadBalancerIP();
        boolean external = !spec.getExternalIPs().isEmpty();
        if (headless) {
            headless(service, balancer, external, out);
        }
        addresses("spec.externalIPs", spec.getExternalIPs(), out);
        if (external && !headless && !named) {
            out.add(
                    "spec.externalIPs is deprecated and may no longer be implemented in some"
                            + " clusters");
        }
        if (!balancer.isEmpty()) {
            out.addAll(IpWarnings.address("spec.loadBalancerIP", balancer));
        }
        var ranges = spec.getLoadBalancerSourceRanges();
        for (int i = 0; i < ranges.size(); i++) {
            out.addAll(IpWarnings.cidr("spec.loadBalancerSourceRanges[" + i + "]", ranges.get(i)));
        }
        if (named && external) {
            out.add("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
        }
        if (!named && spec.getExternalName() != null && !spec.getExternalName().isEmpty()) {
            out.add("spec.externalName is ignored when spec.type is not \"ExternalName\"");
        }
        if ("PreferClose".equals(spec.getTrafficDistribution())) {
            out.add(
                    "spec.trafficDistribution: \"PreferClose\" is deprecated; use"
                            + " \"PreferSameZone\"");
        }
        return out;
    }

    private static void headless(
            Service service, String balancer, boolean external, List<String> out) {
        if (!balancer.isEmpty()) {
            out.add("spec.loadBalancerIP is ignored for headless services");
        }
        if (external) {
            out.add("spec.externalIPs is ignored for headless services");
        }
        if (!"None".equals(service.getSpec().getSessionAffinity())) {
            out.add("spec.SessionAffinity is ignored for headless services");
        }
    }

    private static void addresses(String path, List<String> values, List<String> out) {
        for (int i = 0; i < values.size(); i++) {
            out.addAll(IpWarnings.address(path + "[" + i + "]", values.get(i)));
        }
    }
}
