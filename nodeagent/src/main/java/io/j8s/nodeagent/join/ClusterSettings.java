package io.j8s.nodeagent.join;

import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDR;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;

import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What all nodes of a cluster share, from where kubeadm keeps it: the ConfigMaps `kubelet-config`
/// and `kube-proxy`, and the ServiceCIDR `kubernetes`.
///
/// @param clusterCidrs addresses of all pods; empty when the cluster does not tell
/// @param serviceCidrs addresses of Services; empty when the cluster does not tell
/// @param clusterDns empty when the cluster does not tell
public record ClusterSettings(
        List<String> clusterCidrs,
        List<String> serviceCidrs,
        List<String> clusterDns,
        String clusterDomain) {

    private static final String NAMESPACE = "kube-system";
    private static final Kind<ServiceCIDR> SERVICE_CIDRS =
            Kind.cluster(
                    ServiceCIDR.class, "networking.k8s.io", "v1", "servicecidrs", "ServiceCIDR");
    private static final String STANDARD_DOMAIN = "cluster.local";

    public ClusterSettings {
        clusterCidrs = List.copyOf(clusterCidrs);
        serviceCidrs = List.copyOf(serviceCidrs);
        clusterDns = List.copyOf(clusterDns);
    }

    /// Reads them as the node; what is missing or not to be read stays empty.
    public static ClusterSettings read(Api api) {
        var kubelet = yaml(api, "kubelet-config", "kubelet");
        var proxy = yaml(api, "kube-proxy", "config.conf");
        var domain = Objects.toString(kubelet.get("clusterDomain"), "");
        return new ClusterSettings(
                list(proxy.get("clusterCIDR")),
                serviceCidrs(api),
                list(kubelet.get("clusterDNS")),
                domain.isEmpty() ? STANDARD_DOMAIN : domain);
    }

    private static Map<?, ?> yaml(Api api, String name, String key) {
        try {
            var data = api.get(Kinds.CONFIG_MAPS, new ObjectKey(NAMESPACE, name)).getData();
            var text = data == null ? null : data.get(key);
            return text != null
                            && new Load(LoadSettings.builder().build()).loadFromString(text)
                                    instanceof Map<?, ?> found
                    ? found
                    : Map.of();
        } catch (StatusException e) {
            if (isAnswer(e)) {
                return Map.of();
            }
            throw e;
        }
    }

    private static List<String> serviceCidrs(Api api) {
        try {
            // a list, because upstream's service proxy may list and watch, but not get
            return api
                    .list(SERVICE_CIDRS, Api.Query.all("").fields("metadata.name=kubernetes"))
                    .items()
                    .stream()
                    .findFirst()
                    .map(found -> list(found.getSpec().getCidrs()))
                    .orElse(List.of());
        } catch (StatusException e) {
            if (isAnswer(e)) {
                return List.of();
            }
            throw e;
        }
    }

    private static boolean isAnswer(StatusException e) {
        return e.isNotFound() || e.isForbidden();
    }

    /// A list, or a comma list as one text.
    private static List<String> list(@org.jspecify.annotations.Nullable Object value) {
        return switch (value) {
            case null -> List.of();
            case List<?> many -> many.stream().map(Object::toString).toList();
            default ->
                    Arrays.stream(value.toString().split(",", -1))
                            .map(String::strip)
                            .filter(each -> !each.isEmpty())
                            .toList();
        };
    }
}
