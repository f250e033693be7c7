package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.Service;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.NameRule;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.stream.Collectors;

/// Everything the API server knows about `v1 Service`.
public final class Services implements ResourceStrategy<Service> {

    @Override
    public Names names() {
        return new Names("v1", "Service", "services");
    }

    @Override
    public Class<Service> view() {
        return Service.class;
    }

    private static final int CLIENT_IP_SECONDS = 10_800;

    @Override
    public void applyDefaults(Tree service) {
        Tree spec = service.ensure("spec");
        spec.setDefault("sessionAffinity", "None");
        String affinity = spec.string("sessionAffinity", "");
        if (affinity.equals("None")) {
            spec.remove("sessionAffinityConfig");
        } else if (affinity.equals("ClientIP")
                && !spec.has("sessionAffinityConfig.clientIP.timeoutSeconds")) {
            spec.set("sessionAffinityConfig.clientIP.timeoutSeconds", CLIENT_IP_SECONDS);
        }
        spec.setDefault("type", "ClusterIP");
        spec.trees("ports").forEach(Services::port);
        String type = spec.string("type", "");
        boolean balanced = type.equals("LoadBalancer");
        boolean external =
                balanced
                        || type.equals("NodePort")
                        || (type.equals("ClusterIP") && !spec.strings("externalIPs").isEmpty());
        if (external) {
            spec.setDefault("externalTrafficPolicy", "Cluster");
        }
        if (balanced || type.equals("NodePort") || type.equals("ClusterIP")) {
            spec.setDefault("internalTrafficPolicy", "Cluster");
        }
        if (balanced) {
            spec.setDefault("allocateLoadBalancerNodePorts", true);
            for (Tree ingress : service.trees("status.loadBalancer.ingress")) {
                if (!ingress.string("ip", "").isEmpty()) {
                    ingress.setDefault("ipMode", "VIP");
                }
            }
        }
    }

    private static void port(Tree port) {
        port.setDefault("protocol", "TCP");
        Object target = port.get("targetPort");
        boolean unset =
                target == null
                        || target.equals("")
                        || (target instanceof Num number && number.longValue() == 0);
        Num own = port.number("port");
        if (unset && own != null) {
            port.set("targetPort", own);
        }
    }

    /// A service without a balancer has no state of one.
    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        if (!updated.string("spec.type", "").equals("LoadBalancer")) {
            updated.remove("status.loadBalancer").ensure("status.loadBalancer");
        }
    }

    @Override
    public NameRule nameRule() {
        return NameRule.DNS_1035_LABEL;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        ServiceValidation.create(tree, errors);
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        ServiceValidation.update(tree, oldTree, errors);
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        ServiceValidation.status(tree, oldTree, errors);
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        return ServiceWarnings.of(tree);
    }

    @Override
    public List<SelectableField> selectableFields() {
        return List.of(SelectableField.at("spec.clusterIP"), SelectableField.at("spec.type"));
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public List<Column<Service>> columns() {
        return List.of(
                Column.text("Type", "How the service is reached", s -> s.getSpec().getType()),
                Column.text("Cluster-IP", "Address inside the cluster", Services::clusterIp),
                Column.text("External-IP", "Addresses for the outside", Services::externalIps),
                Column.text("Port(s)", "Ports, with node ports behind a colon", Services::ports),
                Column.age(),
                Column.wide(
                        "Selector",
                        "Which pods serve it",
                        s -> WorkloadColumns.print(s.getSpec().getSelector())));
    }

    private static String clusterIp(Service service) {
        var ips = service.getSpec().getClusterIPs();
        return ips.isEmpty() ? Column.orNone(service.getSpec().getClusterIP()) : ips.getFirst();
    }

    private static String externalIps(Service service) {
        var spec = service.getSpec();
        String own = String.join(",", spec.getExternalIPs());
        return switch (spec.getType()) {
            case "ExternalName" -> Column.orNone(spec.getExternalName());
            case "LoadBalancer" -> {
                var balancer = service.getStatus().getLoadBalancer();
                String given =
                        balancer == null
                                ? ""
                                : balancer.getIngress().stream()
                                        .map(i -> i.getIp() != null ? i.getIp() : i.getHostname())
                                        .filter(text -> text != null && !text.isEmpty())
                                        .distinct()
                                        .sorted()
                                        .collect(Collectors.joining(","));
                String all = own.isEmpty() || given.isEmpty() ? given + own : given + "," + own;
                yield all.isEmpty() ? "<pending>" : all;
            }
            default -> Column.orNone(own);
        };
    }

    private static String ports(Service service) {
        return Column.orNone(
                service.getSpec().getPorts().stream()
                        .map(port ->
                                port.getPort()
                                        + (port.getNodePort() != null && port.getNodePort() > 0
                                                ? ":" + port.getNodePort()
                                                : "")
                                        + "/"
                                        + port.getProtocol())
                        .collect(Collectors.joining(",")));
    }
}
