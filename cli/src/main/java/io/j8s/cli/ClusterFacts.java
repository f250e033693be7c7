package io.j8s.cli;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.j8s.certs.Kubeconfig;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import tools.jackson.databind.json.JsonMapper;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What machines that join have to know, published where kubeadm publishes it: `cluster-info` for
/// everybody, `kubelet-config` and `kube-proxy` for nodes.
final class ClusterFacts {

    private static final Logger log = LoggerFactory.getLogger(ClusterFacts.class);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final JsonMapper JSON = new JsonMapper();

    private final Api administrator;
    private final Timers timers;
    private final List<Published> all;

    /// One entry of one ConfigMap; the map's other entries are left alone.
    private record Published(ObjectKey map, String entry, String text) {}

    /// @param url where other machines reach the API server
    ClusterFacts(
            Api administrator, UpConfig config, String url, String authorityPem, Timers timers) {
        this.administrator = administrator;
        this.timers = timers;
        this.all =
                List.of(
                        new Published(
                                new ObjectKey("kube-public", "cluster-info"),
                                "kubeconfig",
                                new Kubeconfig(
                                                "",
                                                "",
                                                url,
                                                authorityPem,
                                                new Kubeconfig.Login.None())
                                        .yaml()),
                        new Published(
                                new ObjectKey("kube-system", "kubelet-config"),
                                "kubelet",
                                kubelet(config)),
                        new Published(
                                new ObjectKey("kube-system", "kube-proxy"),
                                "config.conf",
                                proxy(config)));
    }

    private static String kubelet(UpConfig config) {
        return """
        apiVersion: kubelet.config.k8s.io/v1beta1
        authentication:
          anonymous:
            enabled: false
          webhook:
            enabled: true
        authorization:
          mode: Webhook
        clusterDNS:
        - %s
        clusterDomain: %s
        kind: KubeletConfiguration
        rotateCertificates: true
        serverTLSBootstrap: true
        """
                .formatted(config.clusterDns(), config.clusterDomain());
    }

    private static String proxy(UpConfig config) {
        return """
        apiVersion: kubeproxy.config.k8s.io/v1alpha1
        clusterCIDR: %s
        kind: KubeProxyConfiguration
        mode: nftables
        """
                .formatted(String.join(",", config.clusterCidrs()));
    }

    /// Tries until everything stands; gives up when interrupted.
    void publish() throws InterruptedException {
        for (var one : all) {
            while (!isPublished(one)) {
                timers.sleep(RETRY);
            }
        }
    }

    private boolean isPublished(Published one) {
        try {
            put(one);
            return true;
        } catch (StatusException | UncheckedIOException e) {
            log.atDebug()
                    .addKeyValue("configMap", one.map())
                    .addKeyValue("cause", e.getMessage())
                    .log("not published yet");
            return false;
        }
    }

    private void put(Published one) {
        try {
            ConfigMap found = administrator.get(Kinds.CONFIG_MAPS, one.map());
            if (found.getData() != null && one.text().equals(found.getData().get(one.entry()))) {
                return;
            }
            var patch = Map.of("data", Map.of(one.entry(), one.text()));
            administrator.patch(
                    Kinds.CONFIG_MAPS, one.map(), Api.Patch.merge(JSON.writeValueAsString(patch)));
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
            administrator.create(
                    Kinds.CONFIG_MAPS,
                    new ConfigMapBuilder()
                            .withNewMetadata()
                            .withNamespace(one.map().namespace())
                            .withName(one.map().name())
                            .endMetadata()
                            .addToData(one.entry(), one.text())
                            .build());
        }
    }
}
