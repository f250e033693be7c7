package io.j8s.nodeagent.server;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.AttachRequest;
import io.j8s.cri.v1.ContainerStatus;
import io.j8s.cri.v1.ExecRequest;
import io.j8s.cri.v1.PortForwardRequest;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.pods.PodTools;
import io.j8s.nodeagent.pods.PodWorkers;
import io.j8s.nodeagent.server.HttpExchange.HttpRequest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// `/exec`, `/attach` and `/portForward`: SPDY clients are connected straight through to the
/// runtime, WebSocket clients are translated.
final class StreamingApi {

    private static final String TEXT = "text/plain; charset=utf-8";

    private final PodTools tools;
    private final PodWorkers pods;

    StreamingApi(PodTools tools, PodWorkers pods) {
        this.tools = tools;
        this.pods = pods;
    }

    /// @param parts of the path: what, namespace, pod, perhaps its uid, container
    void handle(HttpExchange exchange, List<String> parts) throws IOException {
        boolean isPortForward = parts.getFirst().equals("portForward");
        if (parts.size() < (isPortForward ? 3 : 4)) {
            return;
        }
        var pod = pods.pod(parts.get(1), parts.get(2));
        if (pod.isEmpty()) {
            exchange.respond(404, TEXT, "pod does not exist\n");
            return;
        }
        try {
            if (isPortForward) {
                portForward(exchange, pod.get());
            } else {
                command(exchange, pod.get(), parts.getFirst(), parts.getLast());
            }
        } catch (CriException e) {
            exchange.respond(500, TEXT, e.getMessage() + "\n");
        }
    }

    private void command(HttpExchange exchange, Pod pod, String what, String name)
            throws IOException, CriException {
        var container = running(pod, name);
        if (container.isEmpty()) {
            exchange.respond(404, TEXT, "container not found (\"" + name + "\")\n");
            return;
        }
        var request = exchange.request();
        var streams =
                new ChannelSession.Streams(
                        request.isTrue("input") || request.isTrue("stdin"),
                        request.isTrue("output") || request.isTrue("stdout"),
                        request.isTrue("error") || request.isTrue("stderr"),
                        request.isTrue("tty"));
        if (!streams.stdin() && !streams.stdout() && !streams.stderr()) {
            exchange.respond(400, TEXT, "you must specify at least 1 of stdin, stdout, stderr\n");
            return;
        }
        var id = container.get().getId();
        var url =
                what.equals("exec")
                        ? tools.runtime().exec(exec(id, request, streams))
                        : tools.runtime().attach(attach(id, pod, name, streams));
        if (isWebSocket(request)) {
            channels(exchange, url, streams);
        } else {
            straightThrough(exchange, url);
        }
    }

    private static ExecRequest exec(
            String id, HttpRequest request, ChannelSession.Streams streams) {
        return ExecRequest.newBuilder()
                .setContainerId(id)
                .addAllCmd(request.query().getOrDefault("command", List.of()))
                .setTty(streams.tty())
                .setStdin(streams.stdin())
                .setStdout(streams.stdout())
                .setStderr(streams.stderr() && !streams.tty())
                .build();
    }

    private static AttachRequest attach(
            String id, Pod pod, String name, ChannelSession.Streams streams) {
        // whether there is a terminal was decided when the container was created
        boolean hasTty =
                PodFacts.container(pod, name)
                        .filter(container -> Boolean.TRUE.equals(container.getTty()))
                        .isPresent();
        return AttachRequest.newBuilder()
                .setContainerId(id)
                .setTty(hasTty)
                .setStdin(streams.stdin())
                .setStdout(streams.stdout())
                .setStderr(streams.stderr() && !hasTty)
                .build();
    }

    private void portForward(HttpExchange exchange, Pod pod) throws IOException, CriException {
        var sandbox = pods.actual(PodFacts.uid(pod)).readySandbox();
        if (sandbox.isEmpty()) {
            exchange.respond(
                    404, TEXT, "pod not found (\"" + pod.getMetadata().getName() + "\")\n");
            return;
        }
        var request = exchange.request();
        var ports = new ArrayList<Integer>();
        for (var value :
                request.query()
                        .getOrDefault("port", request.query().getOrDefault("ports", List.of()))) {
            for (var port : value.split(",", -1)) {
                ports.add(Integer.parseInt(port));
            }
        }
        var url =
                tools.runtime()
                        .portForward(
                                PortForwardRequest.newBuilder()
                                        .setPodSandboxId(sandbox.get().getId())
                                        .addAllPort(ports)
                                        .build());
        if (!isWebSocket(request)) {
            straightThrough(exchange, url);
            return;
        }
        var offered = protocols(request);
        boolean isTunnel = offered.contains(PortForwardSession.TUNNEL);
        var protocol =
                isTunnel
                        ? PortForwardSession.TUNNEL
                        : offered.contains(ChannelSession.V4) ? ChannelSession.V4 : "";
        var runtime = open(exchange, url, PortForwardSession.SPDY_PROTOCOL);
        if (runtime.isEmpty()) {
            return;
        }
        var client = accept(exchange, protocol);
        if (isTunnel) {
            PortForwardSession.tunnel(client, runtime.get(), tools.threads());
        } else {
            PortForwardSession.channels(client, runtime.get(), ports, tools.threads());
        }
    }

    private void channels(HttpExchange exchange, String url, ChannelSession.Streams streams)
            throws IOException {
        var protocol = ChannelSession.choose(protocols(exchange.request()));
        if (protocol.isEmpty()) {
            exchange.respond(403, TEXT, "none of the requested subprotocols is known\n");
            return;
        }
        var runtime = open(exchange, url, ChannelSession.V4);
        if (runtime.isPresent()) {
            var client = accept(exchange, protocol.get());
            new ChannelSession(client, runtime.get(), streams, protocol.get()).run(tools.threads());
        }
    }

    private Optional<RuntimeStream> open(HttpExchange exchange, String url, String protocol)
            throws IOException {
        var runtime = RuntimeStream.open(url, List.of(protocol));
        if (runtime.isUpgraded()) {
            return Optional.of(runtime);
        }
        var head = runtime.head();
        runtime.close();
        exchange.respond(
                500,
                TEXT,
                "the runtime refused the stream: " + head.lines().findFirst().orElse("") + "\n");
        return Optional.empty();
    }

    private static WebSocket accept(HttpExchange exchange, String protocol) throws IOException {
        var headers = new LinkedHashMap<String, String>();
        headers.put("Upgrade", "websocket");
        headers.put("Connection", "Upgrade");
        headers.put(
                "Sec-WebSocket-Accept",
                WebSocket.accept(exchange.request().header("sec-websocket-key").orElse("")));
        if (!protocol.isEmpty()) {
            headers.put("Sec-WebSocket-Protocol", protocol);
        }
        return new WebSocket(exchange.upgrade(headers));
    }

    private void straightThrough(HttpExchange exchange, String url) throws IOException {
        var request = exchange.request();
        boolean isSpdy = request.header("upgrade").filter("SPDY/3.1"::equalsIgnoreCase).isPresent();
        if (!isSpdy) {
            exchange.respond(400, TEXT, "you must specify an upgrade to SPDY/3.1 or websocket\n");
            return;
        }
        var offered =
                request.header("x-stream-protocol-version")
                        .map(list -> Arrays.stream(list.split(",", -1)).map(String::strip).toList())
                        .orElse(List.of());
        var runtime = RuntimeStream.open(url, offered);
        var client = exchange.takeOver();
        client.out().write(runtime.head().getBytes(StandardCharsets.ISO_8859_1));
        client.out().flush();
        Pump.both(client, runtime, tools.threads());
    }

    private static boolean isWebSocket(HttpRequest request) {
        return request.header("upgrade").filter("websocket"::equalsIgnoreCase).isPresent();
    }

    private static List<String> protocols(HttpRequest request) {
        return request.header("sec-websocket-protocol")
                .map(list -> Arrays.stream(list.split(",", -1)).map(String::strip).toList())
                .orElse(List.of());
    }

    private Optional<ContainerStatus> running(Pod pod, String name) {
        return pods.actual(PodFacts.uid(pod)).container(name).filter(RuntimePod::isRunning);
    }
}
