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
    static final Flag<String> BIND_ADDRESS =
            Flag.text("--bind-address", "IP", "0.0.0.0", "Address to listen on.");
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
    static final Flag<String> TLS_CERT_FILE =
            Flag.optional("--tls-cert-file", "FILE", "Serving certificate with its chain.");
    static final Flag<String> TLS_PRIVATE_KEY_FILE =
            Flag.optional("--tls-private-key-file", "FILE", "Key of the serving certificate.");
    static final Flag<Integer> MAX_REQUESTS =
            Flag.number("--max-requests-inflight", "N", 400, "Most reads under way.");
    static final Flag<Integer> MAX_MUTATING_REQUESTS =
            Flag.number("--max-mutating-requests-inflight", "N", 200, "Most writes under way.");

    // who asks
    static final Flag<String> CLIENT_CA_FILE =
            Flag.optional("--client-ca-file", "FILE", "Signs client certificates.");
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
    static final Flag<String> REQUESTHEADER_CLIENT_CA_FILE =
            Flag.optional(
                    "--requestheader-client-ca-file",
                    "FILE",
                    "Signs certificates of front proxies, which may name the user in headers.");
    static final FlagList REQUESTHEADER_ALLOWED_NAMES =
            FlagList.of(
                    "--requestheader-allowed-names",
                    "NAME,...",
                    "Common names of front proxies. Default: any.");
    static final FlagList REQUESTHEADER_USERNAME_HEADERS =
            FlagList.of("--requestheader-username-headers", "NAME,...", "Headers with the user.");
    static final FlagList REQUESTHEADER_UID_HEADERS =
            FlagList.of("--requestheader-uid-headers", "NAME,...", "Headers with the uid.");
    static final FlagList REQUESTHEADER_GROUP_HEADERS =
            FlagList.of("--requestheader-group-headers", "NAME,...", "Headers with groups.");
    static final FlagList REQUESTHEADER_EXTRA_PREFIX =
            FlagList.of(
                    "--requestheader-extra-headers-prefix",
                    "PREFIX,...",
                    "What headers with further values begin with.");

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
                        ClusterFlags.ETCD_PREFIX,
                        ClusterFlags.ETCD_CAFILE,
                        ClusterFlags.ETCD_CERTFILE,
                        ClusterFlags.ETCD_KEYFILE,
                        STORAGE_BACKEND,
                        SECURE_PORT,
                        BIND_ADDRESS,
                        ADVERTISE_ADDRESS,
                        CERT_DIR,
                        TLS_CERT_FILE,
                        TLS_PRIVATE_KEY_FILE,
                        MAX_REQUESTS,
                        MAX_MUTATING_REQUESTS,
                        CLIENT_CA_FILE,
                        ANONYMOUS_AUTH,
                        BOOTSTRAP_TOKENS,
                        SERVICE_ACCOUNT_SIGNING_KEY,
                        SERVICE_ACCOUNT_JWKS_URI,
                        REQUESTHEADER_CLIENT_CA_FILE,
                        ALLOW_PRIVILEGED,
                        SERVICE_NODE_PORT_RANGE,
                        KUBELET_CA,
                        KUBELET_CERTIFICATE,
                        KUBELET_KEY,
                        ClusterFlags.RUNTIME_CONFIG,
                        ClusterFlags.FEATURE_GATES,
                        ComponentFlags.LOG_LEVEL)
                .forEach(flag -> spec.addOption(flag.spec()));
        List.of(
                        SERVICE_ACCOUNT_KEYS,
                        SERVICE_ACCOUNT_ISSUER,
                        API_AUDIENCES,
                        REQUESTHEADER_ALLOWED_NAMES,
                        REQUESTHEADER_USERNAME_HEADERS,
                        REQUESTHEADER_UID_HEADERS,
                        REQUESTHEADER_GROUP_HEADERS,
                        REQUESTHEADER_EXTRA_PREFIX,
                        AUTHORIZATION_MODE,
                        ENABLE_ADMISSION,
                        DISABLE_ADMISSION,
                        SERVICE_CLUSTER_IP_RANGE)
                .forEach(flag -> spec.addOption(flag.spec()));
        return spec;
    }
}
