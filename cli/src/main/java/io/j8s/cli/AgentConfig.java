package io.j8s.cli;

import io.j8s.certs.BootstrapToken;
import io.j8s.certs.CertificatePin;

import picocli.CommandLine.ParseResult;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What `j8s agent` was asked for, checked as far as the command line alone can be.
///
/// @param server empty when an earlier run has remembered it, or with a kubeconfig
/// @param token empty when there are credentials already
/// @param nodeIps empty when they are to be found out
record AgentConfig(
        Path dataDirectory,
        Optional<String> server,
        Optional<BootstrapToken> token,
        List<CertificatePin> pins,
        Optional<Path> kubeconfig,
        String nodeName,
        List<String> nodeIps,
        int port,
        Optional<String> runtimeEndpoint,
        Optional<Path> clientCaFile,
        List<String> clusterDns,
        Optional<String> clusterDomain,
        NodeFlags node,
        boolean hasNetwork,
        String logLevel) {

    AgentConfig {
        pins = List.copyOf(pins);
        clusterDns = List.copyOf(clusterDns);
    }

    static AgentConfig of(ParseResult given) throws CommandException {
        var kubeconfig = AgentFlags.KUBECONFIG.path(given);
        var server = AgentFlags.SERVER.given(given);
        if (kubeconfig.isPresent() && server.isPresent()) {
            throw CommandException.usage(
                    "--server and --kubeconfig exclude each other: join, or use credentials there"
                            + " are");
        }
        return new AgentConfig(
                SharedFlags.DATA_DIR.path(given).orElseGet(DataDirectory::standard),
                server.isPresent() ? Optional.of(url(server.get())) : server,
                token(given),
                pins(given),
                kubeconfig,
                nodeName(given),
                NodeAddresses.of(AgentFlags.NODE_IP, AgentFlags.NODE_IP.list(given)),
                UpConfig.port(AgentFlags.PORT, given),
                UpConfig.runtimeEndpoint(given),
                AgentFlags.CLIENT_CA_FILE.path(given),
                AgentFlags.CLUSTER_DNS.list(given),
                AgentFlags.CLUSTER_DOMAIN.given(given),
                NodeFlags.of(given),
                AgentFlags.SERVICE_PROXY.given(given).orElse(kubeconfig.isEmpty()),
                Logs.level(SharedFlags.LOG_FILE_LEVEL, given));
    }

    private static String nodeName(ParseResult given) throws CommandException {
        var overridden = UpConfig.nodeName(AgentFlags.HOSTNAME_OVERRIDE, given);
        return overridden.isPresent()
                ? overridden.get()
                : UpConfig.nodeName(SharedFlags.NODE_NAME, given).orElseGet(UpConfig::hostName);
    }

    private static String url(String text) throws CommandException {
        try {
            var url = URI.create(text);
            if ("https".equals(url.getScheme()) && url.getHost() != null) {
                return text.replaceFirst("/+$", "");
            }
        } catch (IllegalArgumentException _) {
            // said below
        }
        throw CommandException.usage(
                "--server is \"" + text + "\": use a URL such as https://10.0.0.1:6443");
    }

    private static Optional<BootstrapToken> token(ParseResult given) throws CommandException {
        var text = AgentFlags.TOKEN.given(given);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        var token = BootstrapToken.parse(text.get());
        if (token.isEmpty()) {
            throw CommandException.usage(
                    "--token is no token: use what `j8s token create` shows, such as"
                            + " abcdef.0123456789abcdef");
        }
        return token;
    }

    private static List<CertificatePin> pins(ParseResult given) throws CommandException {
        var pins = new ArrayList<CertificatePin>();
        for (var text : AgentFlags.CA_CERT_HASH.list(given)) {
            pins.add(
                    CertificatePin.parse(text)
                            .orElseThrow(() ->
                                    CommandException.usage(
                                            "--discovery-token-ca-cert-hash is \"%s\": use sha256: and 64 hexadecimal digits"
                                                    .formatted(text))));
        }
        return pins;
    }
}
