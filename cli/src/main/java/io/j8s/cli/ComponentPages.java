package io.j8s.cli;

import io.j8s.apiserver.chain.Endpoint;
import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.timers.Timers;
import io.j8s.machinery.version.KubernetesVersion;

import tools.jackson.databind.json.JsonMapper;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/// What a component tells of itself: `/statusz`, `/flagz` and `/configz` (upstream:
/// `apiserver/pkg/server/statusz`, `flagz`, `component-base/configz`). Immutable.
final class ComponentPages {

    private static final JsonMapper JSON = new JsonMapper();
    // there is no Go here; what runs us is what the line is read for
    private static final String JAVA = "java " + Runtime.version();
    private static final String PLAIN = "text/plain; charset=utf-8";
    private static final DateTimeFormatter UNIX_DATE =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss 'UTC' yyyy", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final String component;
    private final Timers timers;
    private final Instant started;

    ComponentPages(String component, Timers timers) {
        this.component = component;
        this.timers = timers;
        this.started = timers.now();
    }

    /// @param paths everything that is served, asked at each request
    Endpoint statusz(Supplier<List<String>> paths) {
        return (exchange, _) -> {
            var folders = new TreeSet<String>();
            paths.get().stream()
                    .map(path -> "/" + path.split("/", -1)[1])
                    .filter(folder -> folder.length() > 1)
                    .forEach(folders::add);
            var facts = new LinkedHashMap<String, Object>();
            facts.put("startTime", started.truncatedTo(ChronoUnit.SECONDS).toString());
            facts.put("uptimeSeconds", uptime().toSeconds());
            facts.put("goVersion", JAVA);
            facts.put("binaryVersion", version());
            facts.put("emulationVersion", emulated());
            facts.put("paths", folders);
            page(exchange, "Statusz", statusText(String.join(" ", folders)), facts);
        };
    }

    private String statusText(String paths) {
        var up = uptime();
        return """

        Started: %s
        Up: %d hr %02d min %02d sec
        Go version: %s
        Binary version: %s
        Emulation version: %s
        Paths: %s
        """
                .formatted(
                        UNIX_DATE.format(started),
                        up.toHours(),
                        up.toMinutesPart(),
                        up.toSecondsPart(),
                        JAVA,
                        version(),
                        emulated(),
                        paths);
    }

    private Duration uptime() {
        var up = Duration.between(started, timers.now());
        return up.isNegative() ? Duration.ZERO : up;
    }

    private static String version() {
        return KubernetesVersion.GIT_VERSION.replaceFirst("^v", "");
    }

    private static String emulated() {
        return KubernetesVersion.MAJOR + "." + KubernetesVersion.MINOR;
    }

    Endpoint flagz(Map<String, String> flags) {
        var text = new StringBuilder();
        flags.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
        return (exchange, _) -> page(exchange, "Flagz", text.toString(), Map.of("flags", flags));
    }

    static Endpoint configz(String name, Map<String, ?> configuration) {
        var text = JSON.writeValueAsString(Map.of(name, configuration));
        return (exchange, _) ->
                exchange.answer(
                        Answer.of(200, "application/json", text.getBytes(StandardCharsets.UTF_8)));
    }

    /// Text, unless the client asks for one of the structured forms.
    private void page(Exchange exchange, String kind, String text, Map<String, ?> facts) {
        var accept = exchange.header("Accept");
        for (var range : accept == null ? new String[0] : accept.split(",", -1)) {
            var wanted = range.replace(" ", "").toLowerCase(Locale.ROOT);
            if (wanted.startsWith("application/json;")
                    && wanted.contains("g=config.k8s.io")
                    && wanted.contains("as=" + kind.toLowerCase(Locale.ROOT))) {
                for (var version : List.of("v1beta1", "v1alpha1")) {
                    if (wanted.contains("v=" + version)) {
                        exchange.answer(structured(kind, version, facts));
                        return;
                    }
                }
            }
            if (wanted.isEmpty() || wanted.startsWith("text/") || wanted.startsWith("*/*")) {
                exchange.answer(plain(kind, text));
                return;
            }
        }
        if (accept != null && !accept.isBlank()) {
            throw new ApiException(
                    new ApiError.NotAcceptable(
                            "only the following media types are accepted: text/plain,"
                                    + " application/json;as=%s;v=v1beta1;g=config.k8s.io"
                                            .formatted(kind)));
        }
        exchange.answer(plain(kind, text));
    }

    private Answer plain(String kind, String text) {
        var head =
                """

                %s %s
                Warning: This endpoint is not meant to be machine parseable, has no formatting \
                compatibility guarantees and is for debugging purposes only.
                """
                        .formatted(component, kind.toLowerCase(Locale.ROOT));
        return Answer.of(200, PLAIN, (head + text).getBytes(StandardCharsets.UTF_8));
    }

    private Answer structured(String kind, String version, Map<String, ?> facts) {
        var body = new LinkedHashMap<String, Object>();
        body.put("kind", kind);
        body.put("apiVersion", "config.k8s.io/" + version);
        body.put("metadata", Map.of("name", component));
        body.putAll(facts);
        var warning =
                "299 - \"This version of the %s endpoint is deprecated. Please use a newer version.\""
                        .formatted(kind.toLowerCase(Locale.ROOT));
        return new Answer(
                200,
                "application/json",
                version.equals("v1alpha1")
                        ? List.of(new Answer.Header("Warning", warning))
                        : List.of(),
                Body.of(JSON.writeValueAsString(body)));
    }
}
