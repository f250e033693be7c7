package io.j8s.apiserver.resources.networking;

import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;

import java.util.List;
import java.util.stream.Collectors;

/// Everything the API server knows about `networking.k8s.io/v1 Ingress`.
public final class Ingresses implements ResourceStrategy<Ingress> {

    @Override
    public Names names() {
        return new Names("networking.k8s.io/v1", "Ingress", "ingresses");
    }

    @Override
    public Class<Ingress> view() {
        return Ingress.class;
    }

    @Override
    public List<Column<Ingress>> columns() {
        return List.of(
                Column.text(
                        "Class",
                        "Class of the controller that serves it",
                        ingress -> Column.orNone(ingress.getSpec().getIngressClassName())),
                Column.text("Hosts", "Host names of its rules", Ingresses::hosts),
                Column.text("Address", "Where it is reached", Ingresses::address),
                Column.text(
                        "Ports",
                        "Ports it serves",
                        ingress -> ingress.getSpec().getTls().isEmpty() ? "80" : "80, 443"),
                Column.age());
    }

    private static String hosts(Ingress ingress) {
        var hosts =
                ingress.getSpec().getRules().stream()
                        .map(rule -> rule.getHost())
                        .filter(host -> host != null && !host.isEmpty())
                        .toList();
        if (hosts.isEmpty()) {
            return "*";
        }
        String shown = hosts.stream().limit(3).collect(Collectors.joining(","));
        return hosts.size() <= 3 ? shown : shown + " + " + (hosts.size() - 3) + " more...";
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
                        .collect(Collectors.joining(","));
    }
}
