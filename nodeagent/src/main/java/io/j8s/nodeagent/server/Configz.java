package io.j8s.nodeagent.server;

import io.j8s.nodeagent.core.NodeSettings;
import io.j8s.nodeagent.runtime.NodePaths;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The agent's settings in the shape of upstream's KubeletConfiguration. Only what is true of this
/// agent is told; what it has no setting for is upstream's default that it acts by. Pure.
final class Configz {

    private Configz() {}

    static Map<String, Object> of(NodeSettings settings, NodePaths paths, int port) {
        var config = new LinkedHashMap<String, Object>();
        config.put("kind", "KubeletConfiguration");
        config.put("apiVersion", "kubelet.config.k8s.io/v1beta1");
        config.put("enableServer", true);
        config.put("staticPodPath", paths.staticPods().toString());
        config.put("fileCheckFrequency", "20s");
        config.put("address", "0.0.0.0");
        config.put("port", port);
        config.put(
                "authentication",
                Map.of(
                        "x509", Map.of(),
                        "webhook", Map.of("enabled", true, "cacheTTL", "2m0s"),
                        "anonymous", Map.of("enabled", false)));
        config.put(
                "authorization",
                Map.of(
                        "mode",
                        "Webhook",
                        "webhook",
                        Map.of("cacheAuthorizedTTL", "5m0s", "cacheUnauthorizedTTL", "30s")));
        config.put("clusterDomain", settings.clusterDomain());
        config.put("clusterDNS", settings.clusterDns());
        config.put("nodeStatusUpdateFrequency", "10s");
        config.put("nodeStatusReportFrequency", "5m0s");
        config.put("nodeLeaseDurationSeconds", 40);
        config.put("imageMinimumGCAge", "2m0s");
        config.put("imageMaximumGCAge", "0s");
        config.put("imageGCHighThresholdPercent", 85);
        config.put("imageGCLowThresholdPercent", 80);
        config.put("cgroupsPerQOS", true);
        config.put("cgroupDriver", "cgroupfs");
        config.put("cpuManagerPolicy", "none");
        config.put("memoryManagerPolicy", "None");
        config.put("topologyManagerPolicy", "none");
        config.put("topologyManagerScope", "container");
        config.put("runtimeRequestTimeout", "2m0s");
        config.put("hairpinMode", "hairpin-veth");
        config.put("maxPods", settings.maxPods());
        config.put("podPidsLimit", -1);
        config.put("resolvConf", "/etc/resolv.conf");
        config.put("cpuCFSQuota", true);
        config.put("cpuCFSQuotaPeriod", "100ms");
        config.put("serializeImagePulls", false);
        config.put("failSwapOn", false);
        config.put("memorySwap", Map.of());
        config.put("containerLogMaxSize", "10Mi");
        config.put("containerLogMaxFiles", 5);
        config.put("containerLogMonitorInterval", "10s");
        config.put("configMapAndSecretChangeDetectionStrategy", "Get");
        config.put("syncFrequency", "1m0s");
        config.put("evictionHard", settings.eviction().asText());
        config.put("evictionPressureTransitionPeriod", "5m0s");
        config.put("enableControllerAttachDetach", true);
        config.put("enforceNodeAllocatable", List.of("pods"));
        config.put("enableDebuggingHandlers", true);
        config.put("enableProfilingHandler", false);
        config.put("enableDebugFlagsHandler", false);
        config.put("enableSystemLogHandler", true);
        config.put("enableSystemLogQuery", false);
        config.put("seccompDefault", false);
        config.put("registerNode", true);
        config.put("localStorageCapacityIsolation", true);
        config.put("podLogsDir", paths.podLogs().toString());
        config.put("crashLoopBackOff", Map.of("maxContainerRestartPeriod", "5m0s"));
        config.put("containerRuntimeEndpoint", "unix://" + paths.socket());
        return Map.of("kubeletconfig", config);
    }
}
