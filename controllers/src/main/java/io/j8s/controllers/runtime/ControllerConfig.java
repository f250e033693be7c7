package io.j8s.controllers.runtime;

import java.time.Duration;
import java.util.List;

/// The settings of `j8s controller-manager`, named as upstream's flags.
///
/// @param rootCa the PEM that `kube-root-ca.crt` publishes (`--root-ca-file`)
/// @param clusterCidrs `--cluster-cidr`; empty when nodes get no ranges
/// @param allocateNodeCidrs `--allocate-node-cidrs`
/// @param terminatedPodThreshold `--terminated-pod-gc-threshold`
/// @param nodeMonitorGracePeriod `--node-monitor-grace-period`
/// @param nodeStartupGracePeriod `--node-startup-grace-period`
/// @param quotaSyncPeriod `--resource-quota-sync-period`
public record ControllerConfig(
        String rootCa,
        List<String> clusterCidrs,
        boolean allocateNodeCidrs,
        int nodeCidrMaskSizeV4,
        int nodeCidrMaskSizeV6,
        int terminatedPodThreshold,
        Duration nodeMonitorGracePeriod,
        Duration nodeStartupGracePeriod,
        Duration quotaSyncPeriod) {

    public ControllerConfig {
        clusterCidrs = List.copyOf(clusterCidrs);
    }

    /// Upstream's defaults.
    public static ControllerConfig of(String rootCa, List<String> clusterCidrs) {
        return new ControllerConfig(
                rootCa,
                clusterCidrs,
                !clusterCidrs.isEmpty(),
                24,
                64,
                12_500,
                Duration.ofSeconds(50),
                Duration.ofSeconds(60),
                Duration.ofMinutes(5));
    }
}
