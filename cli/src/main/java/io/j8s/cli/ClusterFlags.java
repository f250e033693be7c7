package io.j8s.cli;

import picocli.CommandLine.Model.CommandSpec;

import java.util.List;

/// The flags of `j8s up`: the command line contract.
final class ClusterFlags {

    static final Flag<Integer> PORT =
            Flag.number("--port", "PORT", 6443, "Port of the API server; 0 takes a free one.");
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

    private static final List<Flag<?>> ALL =
            List.of(
                    SharedFlags.DATA_DIR,
                    PORT,
                    SharedFlags.BIND_ADDRESS,
                    ADVERTISE_ADDRESS,
                    NODE_IP,
                    TLS_SAN,
                    CONTROL_PLANE_ONLY,
                    STORAGE,
                    ETCD_SERVERS,
                    SharedFlags.ETCD_CAFILE,
                    SharedFlags.ETCD_CERTFILE,
                    SharedFlags.ETCD_KEYFILE,
                    SharedFlags.ETCD_PREFIX,
                    SharedFlags.RUNTIME_ENDPOINT,
                    SharedFlags.NODE_NAME,
                    AGENT_PORT,
                    CLUSTER_CIDR,
                    SERVICE_CIDR,
                    CLUSTER_DNS,
                    CLUSTER_DOMAIN,
                    WRITE_KUBECONFIG,
                    SharedFlags.RUNTIME_CONFIG,
                    SharedFlags.FEATURE_GATES,
                    SharedFlags.LOG_FILE_LEVEL);

    private ClusterFlags() {}

    static CommandSpec addTo(CommandSpec spec) {
        ALL.forEach(flag -> spec.addOption(flag.spec()));
        NodeFlags.addTo(spec);
        return spec;
    }
}
