package io.j8s.cli;

import picocli.CommandLine.Model.CommandSpec;

import java.util.List;

/// The flags of `j8s apiserver`: kube-apiserver's own, as far as this server can do what they say.
final class ApiServerFlags {

    // storage
    static final FlagList ETCD_SERVERS =
            FlagList.of("--etcd-servers", "URL,...", "The etcd cluster. Required.");
    static final Flag<String> STORAGE_BACKEND =
            Flag.text("--storage-backend", "etcd3", "etcd3", "Only etcd3.");

    // listening
    static final Flag<Integer> SECURE_PORT =
            Flag.number("--secure-port", "PORT", 6443, "Port to serve HTTPS on.");
    static final Flag<String> ADVERTISE_ADDRESS =
            Flag.optional(
                    "--advertise-address",
                    "IP",
                    "Address that the cluster's members reach this server at. Default: the bind"
                            + " address, else the default route's.");
    static final Flag<String> CERT_DIR =
            Flag.text(
                    "--cert-dir",
                    "DIR",
                    "/var/run/kubernetes",
                    "Where apiserver.crt and apiserver.key are looked for, and made when missing,"
                            + " unless --tls-cert-file names others.");
    static final Flag<Integer> MAX_REQUESTS =
            Flag.number("--max-requests-inflight", "N", 400, "Most reads under way.");
    static final Flag<Integer> MAX_MUTATING_REQUESTS =
            Flag.number("--max-mutating-requests-inflight", "N", 200, "Most writes under way.");

    // who asks
    static final Flag<Boolean> ANONYMOUS_AUTH =
            Flag.onUnless(
                    "--anonymous-auth",
                    "Requests without credentials are system:anonymous's. Default: true, but false"
                            + " with AlwaysAllow.");
    static final Flag<Boolean> BOOTSTRAP_TOKENS =
            Flag.yesOrNo(
                    "--enable-bootstrap-token-auth",
                    "Takes tokens from Secrets of type bootstrap.kubernetes.io/token.");
    static final FlagList SERVICE_ACCOUNT_KEYS =
            FlagList.of(
                    "--service-account-key-file",
                    "FILE",
                    "Public keys that verify tokens; may be repeated. Default:"
                            + " --tls-private-key-file.");
    static final Flag<String> SERVICE_ACCOUNT_SIGNING_KEY =
            Flag.optional("--service-account-signing-key-file", "FILE", "Key that signs tokens.");
    static final FlagList SERVICE_ACCOUNT_ISSUER =
            FlagList.of(
                    "--service-account-issuer",
                    "URL",
                    "Issuer of tokens; further ones are accepted only. Required.");
    static final Flag<String> SERVICE_ACCOUNT_JWKS_URI =
            Flag.optional(
                    "--service-account-jwks-uri",
                    "URL",
                    "Where others find the keys. Default: on this server.");
    static final FlagList API_AUDIENCES =
            FlagList.of("--api-audiences", "NAME,...", "Audiences. Default: the issuers.");

    // who may
    static final FlagList AUTHORIZATION_MODE =
            FlagList.of(
                    "--authorization-mode",
                    "MODE,...",
                    "In this order: Node, RBAC, AlwaysAllow, AlwaysDeny.",
                    "AlwaysAllow");
    static final FlagList ENABLE_ADMISSION =
            FlagList.of("--enable-admission-plugins", "NAME,...", "Plugins beside the usual.");
    static final FlagList DISABLE_ADMISSION =
            FlagList.of("--disable-admission-plugins", "NAME,...", "Usual plugins to leave out.");
    static final Flag<Boolean> ALLOW_PRIVILEGED =
            Flag.onUnless(
                    "--allow-privileged", "Privileged containers are allowed: only true here.");

    // services, nodes
    static final FlagList SERVICE_CLUSTER_IP_RANGE =
            FlagList.of(
                    "--service-cluster-ip-range",
                    "CIDR,...",
                    "Addresses of services.",
                    "10.0.0.0/24");
    static final Flag<String> SERVICE_NODE_PORT_RANGE =
            Flag.text("--service-node-port-range", "A-B", "30000-32767", "Node ports of services.");
    static final Flag<String> KUBELET_CA =
            Flag.optional(
                    "--kubelet-certificate-authority",
                    "FILE",
                    "Signs nodes' certificates. Without it they are not verified.");
    static final Flag<String> KUBELET_CERTIFICATE =
            Flag.optional("--kubelet-client-certificate", "FILE", "Shown to nodes.");
    static final Flag<String> KUBELET_KEY =
            Flag.optional("--kubelet-client-key", "FILE", "Key of that certificate.");

    private ApiServerFlags() {}

    static CommandSpec addTo(CommandSpec spec) {
        spec.addOption(ETCD_SERVERS.spec());
        List.of(
                        SharedFlags.ETCD_PREFIX,
                        SharedFlags.ETCD_CAFILE,
                        SharedFlags.ETCD_CERTFILE,
                        SharedFlags.ETCD_KEYFILE,
                        STORAGE_BACKEND,
                        SECURE_PORT,
                        SharedFlags.BIND_ADDRESS,
                        ADVERTISE_ADDRESS,
                        CERT_DIR,
                        SharedFlags.TLS_CERT_FILE,
                        SharedFlags.TLS_PRIVATE_KEY_FILE,
                        MAX_REQUESTS,
                        MAX_MUTATING_REQUESTS,
                        SharedFlags.CLIENT_CA_FILE,
                        ANONYMOUS_AUTH,
                        BOOTSTRAP_TOKENS,
                        SERVICE_ACCOUNT_SIGNING_KEY,
                        SERVICE_ACCOUNT_JWKS_URI,
                        ALLOW_PRIVILEGED,
                        SERVICE_NODE_PORT_RANGE,
                        KUBELET_CA,
                        KUBELET_CERTIFICATE,
                        KUBELET_KEY,
                        SharedFlags.RUNTIME_CONFIG,
                        SharedFlags.FEATURE_GATES,
                        ComponentFlags.LOG_LEVEL)
                .forEach(flag -> spec.addOption(flag.spec()));
        List.of(
                        SERVICE_ACCOUNT_KEYS,
                        SERVICE_ACCOUNT_ISSUER,
                        API_AUDIENCES,
                        AUTHORIZATION_MODE,
                        ENABLE_ADMISSION,
                        DISABLE_ADMISSION,
                        SERVICE_CLUSTER_IP_RANGE)
                .forEach(flag -> spec.addOption(flag.spec()));
        SharedFlags.addFrontProxyTo(spec);
        return spec;
    }
}
