package io.j8s.cli;

import picocli.CommandLine.Model.CommandSpec;

import java.util.List;

/// The flags of the port that a component on its own serves, named as upstream's.
final class SecurePortFlags {

    static final Flag<String> CERT_DIR =
            Flag.optional(
                    "--cert-dir",
                    "DIR",
                    "Where the certificate is that --tls-cert-file does not name; it is made there"
                            + " if it is missing. Default: one in memory.");
    static final Flag<String> AUTHENTICATION_KUBECONFIG =
            Flag.optional(
                    "--authentication-kubeconfig",
                    "FILE",
                    "The API server that reviews tokens and tells the clients' authority. Without"
                            + " it tokens are not reviewed: requests are anonymous.");
    static final Flag<Boolean> AUTHENTICATION_SKIP_LOOKUP =
            Flag.yesOrNo(
                    "--authentication-skip-lookup",
                    "Does not read the clients' authority from the cluster.");
    static final Flag<String> AUTHORIZATION_KUBECONFIG =
            Flag.optional(
                    "--authorization-kubeconfig",
                    "FILE",
                    "The API server that reviews access. Without it only system:masters may.");
    static final FlagList ALWAYS_ALLOWED =
            FlagList.of(
                    "--authorization-always-allow-paths",
                    "PATH,...",
                    "Paths that anybody may read; a * at the end stands for anything.",
                    "/healthz",
                    "/readyz",
                    "/livez");

    private SecurePortFlags() {}

    static Flag<Integer> port(int fallback) {
        return Flag.number(
                "--secure-port",
                "PORT",
                fallback,
                "Port of health, metrics and configuration, over HTTPS; 0 serves none.");
    }

    /// Whether a component starts when the cluster's authorities cannot be read.
    static Flag<Boolean> toleratesLookupFailure(boolean fallback) {
        return fallback
                ? Flag.onUnless(
                        "--authentication-tolerate-lookup-failure",
                        "Starts without what --authentication-kubeconfig should have told. Default:"
                                + " true.")
                : Flag.yesOrNo(
                        "--authentication-tolerate-lookup-failure",
                        "Starts without what --authentication-kubeconfig should have told.");
    }

    static CommandSpec addTo(CommandSpec spec, int port, boolean toleratesLookupFailure) {
        for (var flag :
                List.of(
                        port(port),
                        SharedFlags.BIND_ADDRESS,
                        CERT_DIR,
                        SharedFlags.TLS_CERT_FILE,
                        SharedFlags.TLS_PRIVATE_KEY_FILE,
                        AUTHENTICATION_KUBECONFIG,
                        AUTHENTICATION_SKIP_LOOKUP,
                        toleratesLookupFailure(toleratesLookupFailure),
                        AUTHORIZATION_KUBECONFIG,
                        SharedFlags.CLIENT_CA_FILE)) {
            spec.addOption(flag.spec());
        }
        spec.addOption(ALWAYS_ALLOWED.spec());
        SharedFlags.addFrontProxyTo(spec);
        return spec;
    }
}
