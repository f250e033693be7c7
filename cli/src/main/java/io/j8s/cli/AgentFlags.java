package io.j8s.cli;

import picocli.CommandLine.Model.CommandSpec;

import java.util.List;

/// The flags of `j8s agent`, named as the kubelet's and kubeadm's where those have them.
final class AgentFlags {

    static final Flag<String> SERVER =
            Flag.optional(
                    "--server",
                    "URL",
                    "The cluster to join, e.g. https://10.0.0.1:6443. Remembered in the data"
                            + " directory.");
    static final Flag<String> TOKEN =
            Flag.optional(
                    "--token", "TOKEN", "What `j8s token create` has shown; for the first start.");
    static final Flag<String> CA_CERT_HASH =
            Flag.text(
                    "--discovery-token-ca-cert-hash",
                    "sha256:HEX,...",
                    "",
                    "Keys of the cluster's authority, one of which must be right. Without it the"
                            + " token alone vouches for the cluster.");
    static final Flag<String> KUBECONFIG =
            Flag.optional(
                    "--kubeconfig",
                    "FILE",
                    "Joins nothing: works as a kubelet with the node's credentials in this file,"
                            + " against any API server.");
    static final Flag<String> HOSTNAME_OVERRIDE =
            Flag.optional("--hostname-override", "NAME", "The node's name, as --node-name.");
    static final Flag<String> NODE_IP =
            Flag.text(
                    "--node-ip",
                    "IP[,IP]",
                    "",
                    "This node's InternalIP, or one of each family. Default: the address from"
                            + " which it reaches the server.");
    static final Flag<Integer> PORT =
            Flag.number("--port", "PORT", 10250, "Port of the kubelet's API; 0 takes a free one.");
    static final Flag<String> CLIENT_CA_FILE =
            Flag.optional(
                    "--client-ca-file",
                    "FILE",
                    "Authority of clients that the kubelet's API lets in. Default: the cluster's.");
    static final Flag<String> CLUSTER_DNS =
            Flag.text("--cluster-dns", "IP,...", "", "Default: what the cluster tells.");
    static final Flag<String> CLUSTER_DOMAIN =
            Flag.optional("--cluster-domain", "DOMAIN", "Default: what the cluster tells.");
    static final Flag<Boolean> SERVICE_PROXY =
            new Flag<>(
                    "--service-proxy",
                    "",
                    "Serves Services, DNS and routes to other nodes' pods too. Default: true when"
                            + " joining, false with --kubeconfig.",
                    Boolean.class,
                    java.util.Optional.empty());

    private static final List<Flag<?>> ALL =
            List.of(
                    SharedFlags.DATA_DIR,
                    SERVER,
                    TOKEN,
                    CA_CERT_HASH,
                    KUBECONFIG,
                    SharedFlags.NODE_NAME,
                    HOSTNAME_OVERRIDE,
                    NODE_IP,
                    PORT,
                    SharedFlags.RUNTIME_ENDPOINT,
                    CLIENT_CA_FILE,
                    CLUSTER_DNS,
                    CLUSTER_DOMAIN,
                    SERVICE_PROXY,
                    SharedFlags.LOG_FILE_LEVEL);

    private AgentFlags() {}

    static CommandSpec addTo(CommandSpec spec) {
        ALL.forEach(flag -> spec.addOption(flag.spec()));
        NodeFlags.addTo(spec);
        return spec;
    }
}
