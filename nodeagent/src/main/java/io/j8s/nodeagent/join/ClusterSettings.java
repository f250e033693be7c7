package io.j8s.nodeagent.join;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;

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
    private static final String STANDARD_DOMAIN = "cluster.local";

    public ClusterSettings {
        clusterCidrs = List.copyOf(clusterCidrs);
        serviceCidrs = List.copyOf(serviceCidrs);
        clusterDns = List.copyOf(clusterDns);
    }

    /// Reads them as the node; what is missing or not to be read stays empty.
    public static ClusterSettings read(KubernetesClient client) {
        var kubelet = yaml(client, "kubelet-config", "kubelet");
        var proxy = yaml(client, "kube-proxy", "config.conf");
        var domain = Objects.toString(kubelet.get("clusterDomain"), "");
        return new ClusterSettings(
                list(proxy.get("clusterCIDR")),
                serviceCidrs(client),
                list(kubelet.get("clusterDNS")),
                domain.isEmpty() ? STANDARD_DOMAIN : domain);
    }

    private static Map<?, ?> yaml(KubernetesClient client, String name, String key) {
        try {
            var found = client.configMaps().inNamespace(NAMESPACE).withName(name).get();
            var text = found == null ? null : found.getData().get(key);
            return text == null
                    ? Map.of()
                    : client.getKubernetesSerialization().unmarshal(text, Map.class);
        } catch (KubernetesClientException e) {
            if (isAnswer(e)) {
                return Map.of();
            }
            throw e;
        }
    }

    private static List<String> serviceCidrs(KubernetesClient client) {
        try {
            // a list, because upstream's service proxy may list and watch, but not get
            var text =
                    client.raw(
                            "/apis/networking.k8s.io/v1/servicecidrs"
                                    + "?fieldSelector=metadata.name%3Dkubernetes");
            if (text == null) {
                return List.of();
            }
            Map<?, ?> found = client.getKubernetesSerialization().unmarshal(text, Map.class);
            return found.get("items") instanceof List<?> items
                            && !items.isEmpty()
                            && items.getFirst() instanceof Map<?, ?> item
                            && item.get("spec") instanceof Map<?, ?> spec
                    ? list(spec.get("cidrs"))
                    : List.of();
        } catch (KubernetesClientException e) {
            if (isAnswer(e)) {
                return List.of();
            }
            throw e;
        }
    }

    private static boolean isAnswer(KubernetesClientException e) {
        return e.getCode() == 404 || e.getCode() == 403;
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
