package io.j8s.nodeagent.proxy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.j8s.machinery.meta.ObjectKey;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Tells load balancers whether this node has endpoints of a Service with `externalTrafficPolicy:
/// Local`, on the Service's `healthCheckNodePort` (upstream: `pkg/proxy/healthcheck`, its body and
/// headers). Changed by the proxy's thread; each server answers in threads of its own.
final class HealthCheckServers implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HealthCheckServers.class);

    /// One server.
    private static final class Running {
        private final int port;
        private final HttpServer server;
        private volatile int endpoints;

        Running(int port, HttpServer server) {
            this.port = port;
            this.server = server;
        }
    }

    private final Map<ObjectKey, Running> servers = new HashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// @param port 0 for a Service that has none, or none any more
    /// @param endpoints of the Service on this node
    void set(ObjectKey service, int port, int endpoints) {
        var running = servers.get(service);
        if (running != null && running.port != port) {
            running.server.stop(0);
            servers.remove(service);
            running = null;
        }
        if (port == 0) {
            return;
        }
        if (running == null) {
            running = open(service, port);
        }
        if (running != null) {
            running.endpoints = endpoints;
        }
    }

    @Override
    public void close() {
        servers.values().forEach(running -> running.server.stop(0));
        servers.clear();
        threads.shutdownNow();
    }

    private @org.jspecify.annotations.Nullable Running open(ObjectKey service, int port) {
        try {
            var server = HttpServer.create(new InetSocketAddress(port), 0);
            var running = new Running(port, server);
            server.setExecutor(threads);
            server.createContext("/", exchange -> answer(exchange, service, running));
            server.start();
            servers.put(service, running);
            return running;
        } catch (IOException e) {
            // tried again with the Service's next change
            log.atError()
                    .addKeyValue("service", service)
                    .addKeyValue("port", port)
                    .addKeyValue("cause", e.getMessage())
                    .log("node healthcheck server could not listen");
            return null;
        }
    }

    private static void answer(HttpExchange exchange, ObjectKey service, Running running)
            throws IOException {
        int endpoints = running.endpoints;
        var body = body(service, endpoints).getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            var headers = exchange.getResponseHeaders();
            headers.set("Content-Type", "application/json");
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set("X-Load-Balancing-Endpoint-Weight", Integer.toString(endpoints));
            exchange.sendResponseHeaders(endpoints == 0 ? 503 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /// Upstream's text, tabs and all.
    static String body(ObjectKey service, int endpoints) {
        return """
        {
        \t"service": {
        \t\t"namespace": "%s",
        \t\t"name": "%s"
        \t},
        \t"localEndpoints": %d,
        \t"serviceProxyHealthy": true
        }\
        """
                .formatted(service.namespace(), service.name(), endpoints);
    }
}
