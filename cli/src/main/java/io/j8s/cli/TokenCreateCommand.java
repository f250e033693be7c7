package io.j8s.cli;

import io.j8s.certs.BootstrapToken;
import io.j8s.certs.CertificatePin;
import io.j8s.certs.Pem;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// `j8s token create`: a token by which a machine joins, and the command to give there. The token
/// is shown this once; its Secret in `kube-system` has upstream's form, so that kubeadm's tools
/// know it.
final class TokenCreateCommand implements Command {

    private static final Flag<String> TTL =
            Flag.text("--ttl", "DURATION", "24h0m0s", "How long it may be used; 0 for ever.");
    private static final Flag<String> DESCRIPTION =
            Flag.optional("--description", "TEXT", "What the token is for.");
    private static final Flag<String> GROUPS =
            Flag.text(
                    "--groups",
                    "GROUP,...",
                    "system:bootstrappers:kubeadm:default-node-token",
                    "Extra groups of whoever uses it.");
    private static final Flag<String> KUBECONFIG =
            Flag.optional(
                    "--kubeconfig",
                    "FILE",
                    "Which cluster. Default: DIR/kubeconfig of --data-dir.");

    private static final Pattern GROUP =
            Pattern.compile("system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]");
    private static final Pattern GO_DURATION =
            Pattern.compile("(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?");
    private static final Pattern AUTHORITY =
            Pattern.compile("(?m)^\\s*certificate-authority-data: (\\S+)$");
    private static final Pattern SERVER = Pattern.compile("(?m)^\\s*server: (\\S+)$");

    @Override
    public java.util.List<String> words() {
        return java.util.List.of("token", "create");
    }

    @Override
    public String summary() {
        return "Makes a token by which a machine joins, and shows the command for it.";
    }

    @Override
    public CommandSpec spec() {
        return Commands.spec(this)
                .addPositional(
                        PositionalParamSpec.builder()
                                .paramLabel("[TOKEN]")
                                .type(String.class)
                                .arity("0..1")
                                .description("The token itself, abcdef.0123456789abcdef.")
                                .build())
                .addOption(SharedFlags.DATA_DIR.spec())
                .addOption(KUBECONFIG.spec())
                .addOption(TTL.spec())
                .addOption(DESCRIPTION.spec())
                .addOption(GROUPS.spec());
    }

    @Override
    public void run(ParseResult given, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        var token = token(given.matchedPositionalValue(0, ""));
        var ttl = ttl(TTL.in(given));
        for (var group : GROUPS.list(given)) {
            if (!GROUP.matcher(group).matches()) {
                throw CommandException.usage(
                        "--groups has \"%s\": groups begin with system:bootstrappers:"
                                .formatted(group));
            }
        }
        var kubeconfig = kubeconfig(given);
        try (var api = ApiCalls.of(kubeconfig)) {
            var secret =
                    secret(
                            token,
                            ttl,
                            String.join(",", GROUPS.list(given)),
                            DESCRIPTION.given(given).orElse(""),
                            now());
            var answer =
                    api.send(
                            "POST",
                            "/api/v1/namespaces/kube-system/secrets",
                            "application/json",
                            new JsonMapper().writeValueAsString(secret));
            if (answer.status() != 201) {
                throw new CommandException(
                        "the API server refuses the token: "
                                + new JsonMapper()
                                        .readTree(answer.body())
                                        .path("message")
                                        .asString(""));
            }
            terminal.line(token.text());
            terminal.line("");
            terminal.line("on the machine that joins, as root:");
            terminal.line("  " + joinCommand(clusterInfo(api), token));
        } catch (IOException e) {
            throw new CommandException(
                    "the API server of %s does not answer: %s"
                            .formatted(kubeconfig, e.getMessage()),
                    e);
        }
    }

    /// Pure.
    static String joinCommand(String clusterInfo, BootstrapToken token) throws CommandException {
        var server = SERVER.matcher(clusterInfo);
        var authority = AUTHORITY.matcher(clusterInfo);
        if (!server.find() || !authority.find()) {
            throw new CommandException(
                    "kube-public/cluster-info names no server: was this cluster made by `j8s up`?");
        }
        try {
            var pem =
                    new String(
                            Base64.getDecoder().decode(authority.group(1)),
                            StandardCharsets.US_ASCII);
            var pin = CertificatePin.of(Pem.readCertificates(pem).getFirst());
            return "j8s agent --server %s --token %s --discovery-token-ca-cert-hash %s"
                    .formatted(server.group(1), token.text(), pin.text());
        } catch (GeneralSecurityException e) {
            throw new CommandException("kube-public/cluster-info has an unreadable certificate", e);
        }
    }

    private static String clusterInfo(ApiCalls api) throws IOException, InterruptedException {
        return api.json("/api/v1/namespaces/kube-public/configmaps/cluster-info")
                .path("data")
                .path("kubeconfig")
                .asString("");
    }

    private static Path kubeconfig(ParseResult given) throws CommandException, IOException {
        var named = KUBECONFIG.path(given);
        if (named.isPresent()) {
            return named.get();
        }
        var path = SharedFlags.DATA_DIR.path(given).orElseGet(DataDirectory::standard);
        return DataDirectory.existing(path)
                .map(DataDirectory::kubeconfig)
                .filter(java.nio.file.Files::exists)
                .orElseThrow(() ->
                        new CommandException(
                                "there is no cluster in %s: start one with `j8s up`, or name its --data-dir"
                                        .formatted(path)));
    }

    private static BootstrapToken token(String given) throws CommandException {
        if (given.isEmpty()) {
            return BootstrapToken.create();
        }
        return BootstrapToken.parse(given)
                .orElseThrow(() ->
                        CommandException.usage(
                                "the token is no ID.SECRET of 6 and 16 letters a to z and digits"));
    }

    /// Go's form, `24h0m0s`; zero for no end.
    static Duration ttl(String text) throws CommandException {
        var match = GO_DURATION.matcher(text);
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        if (text.isEmpty() || !match.matches()) {
            throw CommandException.usage("--ttl is \"" + text + "\": use e.g. 24h0m0s, or 0");
        }
        return Duration.ofHours(number(match.group(1)))
                .plusMinutes(number(match.group(2)))
                .plusSeconds(number(match.group(3)));
    }

    private static long number(@org.jspecify.annotations.Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    private static Instant now() {
        try (var timers = new io.j8s.machinery.timers.SystemTimers()) {
            return timers.now();
        }
    }

    /// Pure: the Secret as kubeadm makes it.
    static Map<String, Object> secret(
            BootstrapToken token, Duration ttl, String groups, String description, Instant now) {
        var data = new LinkedHashMap<String, String>();
        data.put("token-id", token.id());
        data.put("token-secret", token.secret());
        data.put("usage-bootstrap-authentication", "true");
        data.put("usage-bootstrap-signing", "true");
        Optional.of(groups)
                .filter(text -> !text.isEmpty())
                .ifPresent(text -> data.put("auth-extra-groups", text));
        Optional.of(description)
                .filter(text -> !text.isEmpty())
                .ifPresent(text -> data.put("description", text));
        if (!ttl.isZero()) {
            data.put("expiration", now.plus(ttl).truncatedTo(ChronoUnit.SECONDS).toString());
        }
        return Map.of(
                "apiVersion",
                "v1",
                "kind",
                "Secret",
                "metadata",
                Map.of("name", "bootstrap-token-" + token.id(), "namespace", "kube-system"),
                "type",
                "bootstrap.kubernetes.io/token",
                "stringData",
                data);
    }
}
