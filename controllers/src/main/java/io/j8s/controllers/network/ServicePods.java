package io.j8s.controllers.network;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.workload.PodRules;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Which pods stand behind a service, and where (upstream: `k8s.io/endpointslice/util`).
final class ServicePods {

    static final String HEADLESS_LABEL = "service.kubernetes.io/headless";
    static final String TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";

    private ServicePods() {}

    /// Whether this controller writes the service's endpoints at all.
    static boolean isSelecting(Service service) {
        var spec = service.getSpec();
        return spec != null
                && !"ExternalName".equals(spec.getType())
                && spec.getSelector() != null
                && !spec.getSelector().isEmpty();
    }

    static boolean selects(Service service, @Nullable Pod pod) {
        return pod != null
                && isSelecting(service)
                && LabelSelectors.matches(service.getSpec().getSelector(), Meta.labels(pod));
    }

    static boolean isHeadless(Service service) {
        var ip = service.getSpec().getClusterIP();
        return ip == null || ip.isEmpty() || ip.equals("None");
    }

    static boolean publishesNotReady(Service service) {
        return Boolean.TRUE.equals(service.getSpec().getPublishNotReadyAddresses());
    }

    static boolean belongs(Pod pod, boolean includeTerminating) {
        return !PodRules.isTerminal(pod)
                && !ips(pod).isEmpty()
                && (includeTerminating || !Meta.isTerminating(pod));
    }

    static List<String> ips(Pod pod) {
        if (pod.getStatus() == null) {
            return List.of();
        }
        var ips = new ArrayList<String>();
        if (pod.getStatus().getPodIPs() != null) {
            pod.getStatus().getPodIPs().forEach(ip -> ips.add(ip.getIp()));
        }
        var single = Meta.orEmpty(pod.getStatus().getPodIP());
        if (ips.isEmpty() && !single.isEmpty()) {
            ips.add(single);
        }
        return ips;
    }

    static boolean isIpv6(String ip) {
        return ip.indexOf(':') >= 0;
    }

    /// The pod's own name under the service's domain.
    static boolean hasHostname(Pod pod, Service service) {
        return !Meta.orEmpty(pod.getSpec().getHostname()).isEmpty()
                && Meta.name(service).equals(pod.getSpec().getSubdomain());
    }

    /// The number behind a service port on this pod; null when the pod has no port of that name.
    static @Nullable Integer port(Pod pod, ServicePort port) {
        var target = port.getTargetPort();
        if (target == null) {
            return port.getPort();
        }
        if (target.getIntVal() != null) {
            return target.getIntVal() == 0 ? port.getPort() : target.getIntVal();
        }
        for (var container : containers(pod)) {
            for (var candidate : container.getPorts()) {
                if (target.getStrVal().equals(candidate.getName())
                        && protocol(candidate.getProtocol()).equals(protocol(port.getProtocol()))) {
                    return candidate.getContainerPort();
                }
            }
        }
        return null;
    }

    private static List<Container> containers(Pod pod) {
        var all = new ArrayList<>(pod.getSpec().getContainers());
        for (var container : pod.getSpec().getInitContainers()) {
            if ("Always".equals(container.getRestartPolicy())) {
                all.add(container);
            }
        }
        return all;
    }

    static String protocol(@Nullable String protocol) {
        return protocol == null || protocol.isEmpty() ? "TCP" : protocol;
    }
}
