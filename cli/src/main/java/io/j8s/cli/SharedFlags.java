package io.j8s.cli;

import picocli.CommandLine.Model.CommandSpec;

import java.util.List;

/// Flags that more than one command has, each defined once.
final class SharedFlags {

    // where, on which node, in what file
    static final Flag<String> DATA_DIR =
            Flag.optional(
                    "--data-dir",
                    "DIR",
                    "Where everything is kept. Default: /var/lib/j8s for root, else"
                            + " ~/.local/share/j8s.");
    static final Flag<String> NODE_NAME =
            Flag.optional("--node-name", "NAME", "This node's name. Default: the host name.");
    static final Flag<String> RUNTIME_ENDPOINT =
            Flag.optional(
                    "--container-runtime-endpoint",
                    "unix:///...",
                    "A running CRI runtime to use instead of starting containerd.");
    static final Flag<String> LOG_FILE_LEVEL =
            Flag.text(
                    "--log-level",
                    "LEVEL",
                    "info",
                    "error, warn, info, debug or trace, for DIR/j8s.log.");

    // etcd
    static final Flag<String> ETCD_CAFILE =
            Flag.optional(
                    "--etcd-cafile", "FILE", "Authority that etcd's certificate is checked with.");
    static final Flag<String> ETCD_CERTFILE =
            Flag.optional("--etcd-certfile", "FILE", "Client certificate for etcd.");
    static final Flag<String> ETCD_KEYFILE =
            Flag.optional("--etcd-keyfile", "FILE", "Key of the client certificate for etcd.");
    static final Flag<String> ETCD_PREFIX =
            Flag.text("--etcd-prefix", "PATH", "/registry", "What all keys in etcd begin with.");

    // what is served
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

    // listening
    static final Flag<String> BIND_ADDRESS =
            Flag.text("--bind-address", "IP", "0.0.0.0", "Address to listen on.");
    static final Flag<String> TLS_CERT_FILE =
            Flag.optional("--tls-cert-file", "FILE", "Serving certificate with its chain.");
    static final Flag<String> TLS_PRIVATE_KEY_FILE =
            Flag.optional("--tls-private-key-file", "FILE", "Key of the serving certificate.");

    // who asks
    static final Flag<String> CLIENT_CA_FILE =
            Flag.optional("--client-ca-file", "FILE", "Signs client certificates.");
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

    /// What says who a front proxy asks for.
    private static final List<FlagList> FRONT_PROXY =
            List.of(
                    REQUESTHEADER_ALLOWED_NAMES,
                    REQUESTHEADER_USERNAME_HEADERS,
                    REQUESTHEADER_UID_HEADERS,
                    REQUESTHEADER_GROUP_HEADERS,
                    REQUESTHEADER_EXTRA_PREFIX);

    private SharedFlags() {}

    static void addFrontProxyTo(CommandSpec spec) {
        spec.addOption(REQUESTHEADER_CLIENT_CA_FILE.spec());
        FRONT_PROXY.forEach(flag -> spec.addOption(flag.spec()));
    }
}
