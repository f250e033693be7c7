package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.LinuxPodSandboxConfig;
import io.j8s.cri.v1.PodSandboxConfig;
import io.j8s.cri.v1.PodSandboxMetadata;
import io.j8s.cri.v1.PortMapping;
import io.j8s.cri.v1.Protocol;
import io.j8s.nodeagent.core.ConfigException;
import io.j8s.nodeagent.core.PodDns;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodNames;
import io.j8s.nodeagent.core.PodResources;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.core.SecurityContexts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Makes a pod's sandbox configuration, which also every container of it is created with.
final class SandboxStarter {

    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
    private static final Path RESOLVED = Path.of("/run/systemd/resolve/resolv.conf");

    private SandboxStarter() {}

    static Path logDirectory(PodTools tools, Pod pod) {
        var meta = pod.getMetadata();
        return tools.paths()
                .podLogs()
                .resolve(meta.getNamespace() + "_" + meta.getName() + "_" + meta.getUid());
    }

    static String cgroup(PodTools tools, Pod pod) {
        return PodResources.cgroupOf(pod, tools.paths().cgroupParent());
    }

    static PodSandboxConfig config(PodTools tools, Pod pod, int attempt)
            throws ConfigException, IOException {
        var meta = pod.getMetadata();
        var settings = tools.settings();
        var linux =
                LinuxPodSandboxConfig.newBuilder()
                        .setCgroupParent(cgroup(tools, pod))
                        .setSecurityContext(
                                SecurityContexts.ofSandbox(pod, tools.paths().seccompProfiles()));
        var security = pod.getSpec().getSecurityContext();
        if (security != null) {
            for (var sysctl : security.getSysctls()) {
                linux.putSysctls(sysctl.getName(), sysctl.getValue());
            }
        }
        var config =
                PodSandboxConfig.newBuilder()
                        .setMetadata(
                                PodSandboxMetadata.newBuilder()
                                        .setName(meta.getName())
                                        .setNamespace(meta.getNamespace())
                                        .setUid(meta.getUid())
                                        .setAttempt(attempt))
                        .setLogDirectory(logDirectory(tools, pod).toString())
                        .setDnsConfig(
                                new PodDns(
                                                settings.clusterDns(),
                                                settings.clusterDomain(),
                                                hostResolver())
                                        .of(pod))
                        .addAllPortMappings(portMappings(pod))
                        .setLinux(linux);
        if (!PodFacts.isHostNetwork(pod)) {
            config.setHostname(PodNames.hostname(pod, settings.clusterDomain()));
        }
        if (meta.getLabels() != null) {
            config.putAllLabels(meta.getLabels());
        }
        if (meta.getAnnotations() != null) {
            config.putAllAnnotations(meta.getAnnotations());
        }
        config.putLabels(RuntimePod.LABEL_NAME, meta.getName());
        config.putLabels(RuntimePod.LABEL_NAMESPACE, meta.getNamespace());
        config.putLabels(RuntimePod.LABEL_UID, meta.getUid());
        return config.build();
    }

    /// The node's own resolver; systemd's stub only answers on the node itself, so the file behind
    /// it is taken.
    private static String hostResolver() throws IOException {
        if (!Files.exists(RESOLV_CONF)) {
            return "";
        }
        var text = Files.readString(RESOLV_CONF);
        return text.contains("127.0.0.53") && Files.exists(RESOLVED)
                ? Files.readString(RESOLVED)
                : text;
    }

    private static List<PortMapping> portMappings(Pod pod) {
        var mappings = new ArrayList<PortMapping>();
        if (PodFacts.isHostNetwork(pod)) {
            return mappings;
        }
        var containers = new ArrayList<Container>(pod.getSpec().getContainers());
        pod.getSpec().getInitContainers().stream()
                .filter(PodFacts::isSidecar)
                .forEach(containers::add);
        for (var container : containers) {
            for (var port : container.getPorts()) {
                if (port.getHostPort() != null && port.getHostPort() > 0) {
                    mappings.add(
                            PortMapping.newBuilder()
                                    .setContainerPort(port.getContainerPort())
                                    .setHostPort(port.getHostPort())
                                    .setHostIp(port.getHostIP() == null ? "" : port.getHostIP())
                                    .setProtocol(protocol(port.getProtocol()))
                                    .build());
                }
            }
        }
        return mappings;
    }

    private static Protocol protocol(@org.jspecify.annotations.Nullable String name) {
        return switch (name == null ? "TCP" : name) {
            case "UDP" -> Protocol.UDP;
            case "SCTP" -> Protocol.SCTP;
            default -> Protocol.TCP;
        };
    }
}
