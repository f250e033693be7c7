package io.j8s.cli;

import picocli.CommandLine.Model.CommandSpec;

import java.util.List;

/// The flags of `j8s up`: the command line contract.
final class ClusterFlags {

    static final Flag<String> DATA_DIR =
            Flag.optional(
                    "--data-dir",
                    "DIR",
                    "Where everything is kept. Default: /var/lib/j8s for root, else"
                            + " ~/.local/share/j8s.");
    static final Flag<Integer> PORT =
            Flag.number("--port", "PORT", 6443, "Port of the API server; 0 takes a free one.");
    static final Flag<String> BIND_ADDRESS =
            Flag.text("--bind-address", "IP", "0.0.0.0", "Address the API server listens on.");
    static final Flag<String> ADVERTISE_ADDRESS =
            Flag.optional(
                    "--advertise-address",
                    "IP",
                    "Address that pods and other nodes reach the API server at. Default: the"
                            + " default route's, else the pod bridge's.");
    static final Flag<String> NODE_IP =
            Flag.text(
                    "--node-ip",
                    "IP[,IP]",
                    "",
                    "This node's InternalIP, or one of each family. Default: as the advertised"
                            + " address.");
    static final Flag<String> TLS_SAN =
            Flag.text(
                    "--tls-san",
                    "NAME,...",
                    "",
                    "More names and addresses in the serving certificate.");
    static final Flag<Boolean> CONTROL_PLANE_ONLY =
            Flag.yesOrNo(
                    "--control-plane-only",
                    "No node on this machine: needs no root and no container runtime.");
    static final Flag<String> STORAGE =
            Flag.text(
                    "--storage",
                    "embedded|etcd|memory",
                    "embedded",
                    "Where objects are stored; memory forgets them when it stops.");
    static final Flag<String> ETCD_SERVERS =
            Flag.text("--etcd-servers", "URL,...", "", "The etcd cluster, with --storage etcd.");
    static final Flag<String> ETCD_CAFILE =
            Flag.optional(
                    "--etcd-cafile", "FILE", "Authority that etcd's certificate is checked with.");
    static final Flag<String> ETCD_CERTFILE =
            Flag.optional("--etcd-certfile", "FILE", "Client certificate for etcd.");
    static final Flag<String> ETCD_KEYFILE =
            Flag.optional("--etcd-keyfile", "FILE", "Key of the client certificate for etcd.");
    static final Flag<String> ETCD_PREFIX =
            Flag.text("--etcd-prefix", "PATH", "/registry", "What all keys in etcd begin with.");
    static final Flag<String> RUNTIME_ENDPOINT =
            Flag.optional(
                    "--container-runtime-endpoint",
                    "unix:///...",
                    "A running CRI runtime to use instead of starting containerd.");
    static final Flag<String> NODE_NAME =
            Flag.optional("--node-name", "NAME", "This node's name. Default: the host name.");
    static final Flag<Integer> AGENT_PORT =
            Flag.number(
                    "--agent-port",
                    "PORT",
                    10250,
                    "Port of the node's own API; 0 takes a free one.");
    static final Flag<String> CLUSTER_CIDR =
            Flag.text("--cluster-cidr", "CIDR,...", "10.42.0.0/16", "Addresses of pods.");
    static final Flag<String> SERVICE_CIDR =
            Flag.text("--service-cidr", "CIDR,...", "10.43.0.0/16", "Addresses of services.");
    static final Flag<String> CLUSTER_DNS =
            Flag.optional(
                    "--cluster-dns",
                    "IP",
                    "Address of the cluster's DNS. Default: the tenth of the service addresses.");
    static final Flag<String> CLUSTER_DOMAIN =
            Flag.text(
                    "--cluster-domain",
                    "DOMAIN",
                    "cluster.local",
                    "Domain of the cluster's DNS names.");
    static final Flag<String> WRITE_KUBECONFIG =
            Flag.optional(
                    "--write-kubeconfig",
                    "FILE",
                    "Writes the kubeconfig there too, besides DIR/kubeconfig.");
    static final Flag<String> RUNTIME_CONFIG =
            Flag.text(
                    "--runtime-config",
                    "GROUP/VERSION=BOOL,...",
                    "",
                    "API versions to serve or not.");
    static final Flag<String> FEATURE_GATES =
            Flag.text(
                    "--feature-gates",
                    "NAME=BOOL,...",
                    "",
                    "Upstream's gates; only what they are by default.");
    static final Flag<String> LOG_LEVEL =
            Flag.text(
                    "--log-level",
                    "LEVEL",
                    "info",
                    "error, warn, info, debug or trace, for DIR/j8s.log.");

    private static final List<Flag<?>> ALL =
            List.of(
                    DATA_DIR,
                    PORT,
                    BIND_ADDRESS,
                    ADVERTISE_ADDRESS,
                    NODE_IP,
                    TLS_SAN,
                    CONTROL_PLANE_ONLY,
                    STORAGE,
                    ETCD_SERVERS,
                    ETCD_CAFILE,
                    ETCD_CERTFILE,
                    ETCD_KEYFILE,
                    ETCD_PREFIX,
                    RUNTIME_ENDPOINT,
                    NODE_NAME,
                    AGENT_PORT,
                    CLUSTER_CIDR,
                    SERVICE_CIDR,
                    CLUSTER_DNS,
                    CLUSTER_DOMAIN,
                    WRITE_KUBECONFIG,
                    RUNTIME_CONFIG,
                    FEATURE_GATES,
                    LOG_LEVEL);

    private ClusterFlags() {}

    static CommandSpec addTo(CommandSpec spec) {
        ALL.forEach(flag -> spec.addOption(flag.spec()));
        NodeFlags.addTo(spec);
        return spec;
    }
}
