package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.IpWarnings;
import io.j8s.apiserver.schema.Tree;

import java.util.ArrayList;
import java.util.List;

/// What is odd about a valid Service (upstream: `GetWarningsForService`). Pure.
final class ServiceWarnings {

    private static final String HINTS = "service.kubernetes.io/topology-aware-hints";

    private ServiceWarnings() {}

    static List<String> of(Tree service) {
        var out = new ArrayList<String>();
        if (service.stringMap("metadata.annotations").containsKey(HINTS)) {
            out.add(
                    "annotation "
                            + HINTS
                            + " is deprecated, please use service.kubernetes.io/topology-mode"
                            + " instead");
        }
        String first = service.string("spec.clusterIP", "");
        if (!first.isEmpty() && !first.equals("None")) {
            addresses("spec.clusterIPs", service.strings("spec.clusterIPs"), out);
        }
        String type = service.string("spec.type", "");
        boolean named = type.equals("ExternalName");
        boolean headless = type.equals("ClusterIP") && first.equals("None");
        String balancer = service.string("spec.loadBalancerIP", "");
        var externalIps = service.strings("spec.externalIPs");
        boolean external = !externalIps.isEmpty();
        if (headless) {
            headless(service, balancer, external, out);
        }
        addresses("spec.externalIPs", externalIps, out);
        if (external && !headless && !named) {
            out.add(
                    "spec.externalIPs is deprecated and may no longer be implemented in some"
                            + " clusters");
        }
        if (!balancer.isEmpty()) {
            out.addAll(IpWarnings.address("spec.loadBalancerIP", balancer));
        }
        var ranges = service.strings("spec.loadBalancerSourceRanges");
        for (int i = 0; i < ranges.size(); i++) {
            out.addAll(IpWarnings.cidr("spec.loadBalancerSourceRanges[" + i + "]", ranges.get(i)));
        }
        if (named && external) {
            out.add("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
        }
        if (!named && !service.string("spec.externalName", "").isEmpty()) {
            out.add("spec.externalName is ignored when spec.type is not \"ExternalName\"");
        }
        if (service.string("spec.trafficDistribution", "").equals("PreferClose")) {
            out.add(
                    "spec.trafficDistribution: \"PreferClose\" is deprecated; use"
                            + " \"PreferSameZone\"");
        }
        return out;
    }

    private static void headless(
            Tree service, String balancer, boolean external, List<String> out) {
        if (!balancer.isEmpty()) {
            out.add("spec.loadBalancerIP is ignored for headless services");
        }
        if (external) {
            out.add("spec.externalIPs is ignored for headless services");
        }
        if (!service.string("spec.sessionAffinity", "").equals("None")) {
            out.add("spec.SessionAffinity is ignored for headless services");
        }
    }

    private static void addresses(String path, List<String> values, List<String> out) {
        for (int i = 0; i < values.size(); i++) {
            out.addAll(IpWarnings.address(path + "[" + i + "]", values.get(i)));
        }
    }
}
