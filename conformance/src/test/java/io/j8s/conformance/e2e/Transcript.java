package io.j8s.conformance.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// What a list of shell commands prints, without what differs from run to run: names of the run,
/// times, identifiers, addresses and the width of columns.
final class Transcript {

    private static final Duration COMMAND_MAX = Duration.ofSeconds(60);
    private static final Pattern SERVER = Pattern.compile("server: (\\S+)");

    private static final List<Map.Entry<Pattern, String>> VOLATILE =
            List.of(
                    rule("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ", "TIME"),
                    rule("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d \\+0000 UTC", "TIME"),
                    rule("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UID"),
                    rule("(resourceVersion\"?: \")\\d+\"", "$1RV\""),
                    rule("\\b10\\.\\d+\\.\\d+\\.\\d+\\b", "IP"),
                    rule("(?m)(\\s)(\\d+m|(\\d+m)?\\d+s)(?=\\s|$)", "$1AGE"),
                    rule("/tmp/\\S*", "PATH"),
                    rule("(?m)^! [EW]\\d{4} \\d\\d:\\d\\d:\\d\\d.*\\n", ""),
                    rule("-{3,}", "---"),
                    rule(" {2,}", " "),
                    rule("(?m) +$", ""));

    private final Path directory;
    private final Map<String, String> environment;
    private final String server;
    private final StringBuilder text = new StringBuilder();

    /// @param directory where the commands run
    /// @param namespace theirs, as `$NS`; `k` is kubectl in it
    Transcript(Path directory, Kubectl kubectl, String namespace) throws IOException {
        this.directory = directory;
        this.environment = new HashMap<>(kubectl.environment());
        environment.put("KUBECTL", kubectl.binary().toString());
        environment.put("NS", namespace);
        var match = SERVER.matcher(Files.readString(kubectl.kubeconfig()));
        this.server = match.find() ? match.group(1) : "no server";
    }

    private static Map.Entry<Pattern, String> rule(String pattern, String replacement) {
        return Map.entry(Pattern.compile(pattern), replacement);
    }

    void run(String command) {
        var script =
                "cd '%s'; k() { \"$KUBECTL\" -n \"$NS\" \"$@\"; }; set -o pipefail; %s"
                        .formatted(directory, command);
        var output = new Shell(environment, COMMAND_MAX).run(List.of("bash", "-c", script), "");
        var printed = new StringBuilder(output.out());
        output.err().lines().forEach(line -> printed.append("! ").append(line).append('\n'));
        text.append("$ ").append(command).append('\n');
        text.append(stable(printed.toString()));
        if (output.exitCode() != 0) {
            text.append("exit ").append(output.exitCode()).append('\n');
        }
    }

    private String stable(String printed) {
        String out =
                printed.replace(environment.getOrDefault("NS", ""), "NS").replace(server, "SERVER");
        for (var rule : VOLATILE) {
            out = rule.getKey().matcher(out).replaceAll(rule.getValue());
        }
        return out;
    }

    String text() {
        return text.toString();
    }
}
