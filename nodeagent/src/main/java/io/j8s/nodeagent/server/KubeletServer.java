package io.j8s.nodeagent.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodListBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.j8s.controllers.runtime.ObjectJson;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.core.LogSource;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.pods.PodTools;
import io.j8s.nodeagent.pods.PodWorkers;
import io.j8s.nodeagent.server.HttpExchange.HttpRequest;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

import javax.net.ssl.SSLContext;

/// The kubelet's API on port 10250. Every path asks who is there and whether it may.
public final class KubeletServer implements AutoCloseable {

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";
    private static final Duration RUN_LIMIT = Duration.ofMinutes(2); // upstream: the CRI's limit
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private final PodTools tools;
    private final PodWorkers pods;
    private final AgentMetrics metrics;
    private final KubeletAccess access;
    private final HttpServer server;
    private final StreamingApi streaming;
    private final Statistics statistics;
    private final HealthApi health;
    private final SystemLogs systemLogs = new SystemLogs(Path.of("/var/log"));

    /// @param clientCaFile see [io.j8s.nodeagent.NodeAgentConfig]
    public KubeletServer(
            PodTools tools,
            PodWorkers pods,
            AgentMetrics metrics,
            @Nullable SSLContext tls,
            @Nullable Path clientCaFile,
            int port)
            throws IOException {
        this.tools = tools;
        this.pods = pods;
        this.metrics = metrics;
        this.access =
                new KubeletAccess(
                        tools.api(), tools.timers(), tools.settings().nodeName(), clientCaFile);
        this.statistics = new Statistics(tools, pods);
        this.health = new HealthApi(pods::isHealthy);
        this.streaming = new StreamingApi(tools, pods);
        this.server = new HttpServer(tls, port, this::handle, tools.threads());
    }

    public int port() {
        return server.port();
    }

    public void start() {
        server.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void handle(HttpExchange exchange) throws IOException, InterruptedException {
        if (!isPermitted(exchange)) {
            return;
        }
        var parts = List.of(exchange.request().path().substring(1).split("/", -1));
        switch (parts.getFirst()) {
            case "healthz" -> health.handle(exchange, parts);
            case "pods" -> exchange.respond(200, JSON, podList(pods.pods()));
            case "runningpods" -> exchange.respond(200, JSON, podList(runningPods()));
            case "configz" ->
                    exchange.respond(
                            200,
                            JSON,
                            ObjectJson.write(Configz.of(tools.settings(), tools.paths(), port())));
            case "stats", "metrics" -> statistics(exchange, parts);
            case "containerLogs" -> logs(exchange, parts);
            case "logs" ->
                    systemLogs.handle(exchange, String.join("/", parts.subList(1, parts.size())));
            case "run" -> run(exchange, parts);
            case "checkpoint" -> checkpoint(exchange, parts);
            case "exec", "attach", "portForward" -> streaming.handle(exchange, parts);
            default -> {} // 404
        }
    }

    /// `POST /run/{namespace}/{pod}/{container}?cmd=…`: its whole output as one answer.
    private void run(HttpExchange exchange, List<String> parts) throws IOException {
        if (parts.size() != 4 || !exchange.request().method().equals("POST")) {
            return;
        }
        var pod = pods.pod(parts.get(1), parts.get(2));
        if (pod.isEmpty()) {
            exchange.respond(404, TEXT, "pod does not exist");
            return;
        }
        var found =
                pods.actual(PodFacts.uid(pod.get()))
                        .container(parts.get(3))
                        .filter(RuntimePod::isRunning);
        if (found.isEmpty()) {
            exchange.respond(500, TEXT, "container not found (\"%s\")".formatted(parts.get(3)));
            return;
        }
        var command = exchange.request().parameter("cmd");
        try {
            var result =
                    tools.runtime()
                            .execSync(
                                    found.get().getId(),
                                    List.of((command == null ? "" : command).split(" ", -1)),
                                    RUN_LIMIT);
            exchange.respond(
                    200,
                    TEXT,
                    result.getStdout().toString(StandardCharsets.UTF_8)
                            + result.getStderr().toString(StandardCharsets.UTF_8));
        } catch (CriException e) {
            exchange.respond(500, TEXT, String.valueOf(e.getMessage()));
        }
    }

    /// The runtimes that this agent speaks to can't write checkpoints.
    private void checkpoint(HttpExchange exchange, List<String> parts) throws IOException {
        if (parts.size() != 4 || !exchange.request().method().equals("POST")) {
            return;
        }
        var pod = pods.pod(parts.get(1), parts.get(2));
        if (pod.isEmpty()) {
            exchange.respond(404, TEXT, "pod does not exist");
        } else if (PodFacts.container(pod.get(), parts.get(3)).isEmpty()) {
            exchange.respond(404, TEXT, "container %s does not exist".formatted(parts.get(3)));
        } else {
            exchange.respond(
                    500,
                    TEXT,
                    "checkpointing of %s/%s/%s failed (rpc error: code = Unimplemented desc = method CheckpointContainer not implemented)"
                            .formatted(parts.get(1), parts.get(2), parts.get(3)));
        }
    }

    private boolean isPermitted(HttpExchange exchange) throws IOException {
        var request = exchange.request();
        try {
            var user = access.authenticate(exchange);
            if (user.isEmpty()) {
                exchange.respond(401, TEXT, "Unauthorized");
                return false;
            }
            if (!access.isAllowed(user.get(), request)) {
                exchange.respond(
                        403,
                        TEXT,
                        "Forbidden (user=%s, verb=%s, resource=nodes, subresource(s)=%s)"
                                .formatted(
                                        user.get().name(),
                                        request.method().equals("POST") ? "create" : "get",
                                        KubeletAccess.subresources(request.path())));
                return false;
            }
            return true;
        } catch (KubernetesClientException e) {
            exchange.respond(500, TEXT, "Authorization error");
            return false;
        }
    }

    private void statistics(HttpExchange exchange, List<String> parts) throws IOException {
        try {
            switch (String.join("/", parts)) {
                case "stats/summary" ->
                        exchange.respond(200, JSON, ObjectJson.write(statistics.summary()));
                case "metrics/resource" ->
                        exchange.respond(200, METRICS, statistics.resourceMetrics());
                case "metrics/cadvisor" ->
                        exchange.respond(200, METRICS, statistics.cadvisorMetrics());
                case "metrics/probes" ->
                        exchange.respond(200, METRICS, tools.probeMetrics().text());
                case "metrics" -> exchange.respond(200, METRICS, metrics.text());
                default -> {} // 404
            }
        } catch (CriException e) {
            exchange.respond(500, TEXT, e.getMessage() + "\n");
        }
    }

    private String podList(List<Pod> items) {
        return ObjectJson.write(new PodListBuilder().withItems(items).build());
    }

    private List<Pod> runningPods() {
        return pods.pods().stream()
                .filter(pod -> pods.actual(PodFacts.uid(pod)).isAnyContainerRunning())
                .toList();
    }

    /// `/containerLogs/{namespace}/{pod}/{container}`
    private void logs(HttpExchange exchange, List<String> parts)
            throws IOException, InterruptedException {
        var request = exchange.request();
        if (parts.size() != 4) {
            return;
        }
        var podName = parts.get(2);
        var container = parts.get(3);
        LogReader.Options options;
        try {
            options = options(request, tools.timers());
        } catch (DateTimeException | NumberFormatException e) {
            exchange.respond(400, TEXT, "{\"message\": \"Unable to decode query.\"}");
            return;
        } catch (IllegalArgumentException e) {
            exchange.respond(422, TEXT, "{\"message\": \"Invalid request.\"}");
            return;
        }
        var pod = pods.pod(parts.get(1), podName);
        if (pod.isEmpty()) {
            exchange.respond(404, TEXT, "pod \"%s\" does not exist".formatted(podName));
            return;
        }
        if (PodFacts.container(pod.get(), container).isEmpty()) {
            exchange.respond(
                    404,
                    TEXT,
                    "container \"%s\" not found in pod \"%s\"".formatted(container, podName));
            return;
        }
        switch (LogSource.of(pod.get(), container, request.isTrue("previous"))) {
            case LogSource.None none -> exchange.respond(400, TEXT, none.why());
            case LogSource.Run run -> writeLog(exchange, pod.get(), run.containerId(), options);
        }
    }

    private void writeLog(HttpExchange exchange, Pod pod, String runId, LogReader.Options options)
            throws IOException, InterruptedException {
        var uid = PodFacts.uid(pod);
        var id = runId.substring(runId.indexOf("://") + 3);
        var path =
                pods.actual(uid).containers().stream()
                        .filter(status -> status.getId().equals(id))
                        .map(status -> Path.of(status.getLogPath()))
                        .findFirst();
        try (var out = exchange.stream(200, TEXT)) {
            if (path.isPresent()) {
                new LogReader(tools.timers(), path.get(), options, out, () -> isRunning(uid, id))
                        .run();
            } else { // the status knows longer of a run than the runtime; upstream has begun
                // already
                out.write(
                        ("unable to retrieve container logs for " + runId)
                                .getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private boolean isRunning(String uid, String id) {
        return pods.actual(uid).containers().stream()
                .anyMatch(status -> status.getId().equals(id) && RuntimePod.isRunning(status));
    }

    static LogReader.Options options(HttpRequest request, Timers timers) {
        var tail = request.parameter("tailLines");
        var limit = request.parameter("limitBytes");
        var seconds = request.parameter("sinceSeconds");
        var time = request.parameter("sinceTime");
        @Nullable Instant since = null;
        if (seconds != null) {
            since = timers.now().minusSeconds(Long.parseLong(seconds));
        } else if (time != null) {
            since = OffsetDateTime.parse(time).toInstant();
        }
        if (isBelow(tail, 0)
                || isBelow(limit, 1)
                || isBelow(seconds, 1)
                || (seconds != null && time != null)) {
            throw new IllegalArgumentException("upstream: ValidatePodLogOptions");
        }
        var stream = request.parameter("stream");
        return new LogReader.Options(
                request.isTrue("follow"),
                request.isTrue("timestamps"),
                tail == null ? -1 : Long.parseLong(tail),
                limit == null ? -1 : Long.parseLong(limit),
                since,
                stream == null || stream.equals("All")
                        ? ""
                        : stream.toLowerCase(java.util.Locale.ROOT));
    }

    private static boolean isBelow(@Nullable String number, long least) {
        return number != null && Long.parseLong(number) < least;
    }
}
