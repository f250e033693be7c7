package io.j8s.nodeagent.dns;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.timers.Timers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Publishes this node's DNS server as an endpoint of the Service `kube-system/kube-dns`, which it
/// makes if it is missing. The Service has no selector, so no controller touches its endpoints.
public final class DnsPublisher {

    private static final Logger log = LoggerFactory.getLogger(DnsPublisher.class);
    private static final String NAMESPACE = "kube-system";
    private static final String NAME = "kube-dns";
    private static final int PORT = 53;
    private static final Duration RETRY = Duration.ofMillis(200);

    /// Where this node's server is found.
    ///
    /// @param clusterIp address of the Service
    /// @param address of this node
    public record Where(String clusterIp, String nodeName, String address, int port) {}

    private final Api api;
    private final Where where;
    private final Timers timers;

    public DnsPublisher(Api api, Where where, Timers timers) {
        this.api = api;
        this.where = where;
        this.timers = timers;
    }

    /// Tries until both objects say what they should; gives up when interrupted.
    public void publish() throws InterruptedException {
        while (!tryOnce()) {
            timers.sleep(RETRY);
        }
    }

    private boolean tryOnce() {
        try {
            if (!exists(Kinds.SERVICES, service())) {
                api.create(Kinds.SERVICES, service());
            }
            putSlice();
            return true;
        } catch (StatusException | UncheckedIOException failed) {
            log.atDebug().addKeyValue("cause", failed.getMessage()).log("DNS is not published yet");
            return false;
        }
    }

    private void putSlice() {
        var wanted = slice();
        if (!exists(Kinds.ENDPOINT_SLICES, wanted)) {
            api.create(Kinds.ENDPOINT_SLICES, wanted);
            return;
        }
        EndpointSlice known = api.get(Kinds.ENDPOINT_SLICES, Meta.key(wanted));
        boolean same =
                known.getEndpoints().equals(wanted.getEndpoints())
                        && known.getPorts().equals(wanted.getPorts());
        if (!same) {
            wanted.getMetadata().setResourceVersion(known.getMetadata().getResourceVersion());
            api.update(Kinds.ENDPOINT_SLICES, wanted);
        }
    }

    private <T extends HasMetadata> boolean exists(Kind<T> kind, T object) {
        try {
            api.get(kind, Meta.key(object));
            return true;
        } catch (StatusException refused) {
            if (refused.isNotFound()) {
                return false;
            }
            throw refused;
        }
    }

    private Service service() {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(NAME)
                .withLabels(
                        Map.of(
                                "k8s-app", NAME,
                                "kubernetes.io/cluster-service", "true",
                                "kubernetes.io/name", "CoreDNS"))
                .endMetadata()
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP(where.clusterIp())
                .addNewPort()
                .withName("dns")
                .withPort(PORT)
                .withProtocol("UDP")
                .withTargetPort(new IntOrString(PORT))
                .endPort()
                .addNewPort()
                .withName("dns-tcp")
                .withPort(PORT)
                .withProtocol("TCP")
                .withTargetPort(new IntOrString(PORT))
                .endPort()
                .endSpec()
                .build();
    }

    private EndpointSlice slice() {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(NAME + "-" + where.nodeName())
                .withLabels(
                        Map.of(
                                "kubernetes.io/service-name",
                                NAME,
                                "endpointslice.kubernetes.io/managed-by",
                                "j8s-dns"))
                .endMetadata()
                .withAddressType("IPv4")
                .addNewPort()
                .withName("dns")
                .withPort(where.port())
                .withProtocol("UDP")
                .endPort()
                .addNewPort()
                .withName("dns-tcp")
                .withPort(where.port())
                .withProtocol("TCP")
                .endPort()
                .withEndpoints(List.of())
                .addNewEndpoint()
                .withAddresses(where.address())
                .withNodeName(where.nodeName())
                .withNewConditions()
                .withReady(true)
                .withServing(true)
                .withTerminating(false)
                .endConditions()
                .endEndpoint()
                .build();
    }
}
