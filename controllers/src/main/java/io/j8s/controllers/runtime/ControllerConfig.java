package io.j8s.controllers.runtime;

import io.j8s.certs.CertificateAuthority;

import org.jspecify.annotations.Nullable;

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
/// @param signer of `--cluster-signing-cert-file` and `-key-file`; null signs nothing
/// @param signingDuration `--cluster-signing-duration`
/// @param clusterDns the address of the Service `kube-dns`; empty when others keep it
/// @param accountTokens by the key of `--service-account-private-key-file`; null fills no token
///   Secrets
public record ControllerConfig(
        String rootCa,
        List<String> clusterCidrs,
        boolean allocateNodeCidrs,
        int nodeCidrMaskSizeV4,
        int nodeCidrMaskSizeV6,
        int terminatedPodThreshold,
        Duration nodeMonitorGracePeriod,
        Duration nodeStartupGracePeriod,
        Duration quotaSyncPeriod,
        @Nullable CertificateAuthority signer,
        Duration signingDuration,
        String clusterDns,
        @Nullable AccountTokenSigner accountTokens) {

    /// Makes the token that a Secret holds for a service account.
    @FunctionalInterface
    public interface AccountTokenSigner {
        String sign(String namespace, String account, String accountUid, String secret);
    }

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
                Duration.ofMinutes(5),
                null,
                Duration.ofDays(365),
                "",
                null);
    }

    /// The same, with an authority that signs certificates.
    public ControllerConfig withSigner(CertificateAuthority authority, Duration duration) {
        return new ControllerConfig(
                rootCa,
                clusterCidrs,
                allocateNodeCidrs,
                nodeCidrMaskSizeV4,
                nodeCidrMaskSizeV6,
                terminatedPodThreshold,
                nodeMonitorGracePeriod,
                nodeStartupGracePeriod,
                quotaSyncPeriod,
                authority,
                duration,
                clusterDns,
                accountTokens);
    }

    /// The same, with our nodes' DNS servers behind that address.
    public ControllerConfig withClusterDns(String address) {
        return new ControllerConfig(
                rootCa,
                clusterCidrs,
                allocateNodeCidrs,
                nodeCidrMaskSizeV4,
                nodeCidrMaskSizeV6,
                terminatedPodThreshold,
                nodeMonitorGracePeriod,
                nodeStartupGracePeriod,
                quotaSyncPeriod,
                signer,
                signingDuration,
                address,
                accountTokens);
    }

    /// The same, with tokens for the Secrets that ask for one.
    public ControllerConfig withAccountTokens(AccountTokenSigner tokens) {
        return new ControllerConfig(
                rootCa,
                clusterCidrs,
                allocateNodeCidrs,
                nodeCidrMaskSizeV4,
                nodeCidrMaskSizeV6,
                terminatedPodThreshold,
                nodeMonitorGracePeriod,
                nodeStartupGracePeriod,
                quotaSyncPeriod,
                signer,
                signingDuration,
                clusterDns,
                tokens);
    }
}
