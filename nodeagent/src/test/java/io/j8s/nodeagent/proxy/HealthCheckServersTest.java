package io.j8s.nodeagent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.machinery.meta.ObjectKey;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

final class HealthCheckServersTest {

    private static final ObjectKey SERVICE = new ObjectKey("shop", "web");

    @Test
    void tellBalancersWhetherThisNodeHasEndpoints() throws Exception {
        int port = freePort();
        try (var servers = new HealthCheckServers();
                var client = HttpClient.newHttpClient()) {
            servers.set(SERVICE, port, 2);
            var healthy = get(client, port);
            assertThat(healthy.statusCode()).isEqualTo(200);
            assertThat(healthy.headers().firstValue("X-Load-Balancing-Endpoint-Weight"))
                    .contains("2");
            assertThat(healthy.body())
                    .isEqualTo(
                            """
                            {
                            \t"service": {
                            \t\t"namespace": "shop",
                            \t\t"name": "web"
                            \t},
                            \t"localEndpoints": 2,
                            \t"serviceProxyHealthy": true
                            }\
                            """);

            servers.set(SERVICE, port, 0);
            assertThat(get(client, port).statusCode()).isEqualTo(503);

            servers.set(SERVICE, 0, 0);
            assertThatThrownBy(() -> get(client, port)).isInstanceOf(ConnectException.class);
        }
    }

    private static HttpResponse<String> get(HttpClient client, int port)
            throws IOException, InterruptedException {
        var url = URI.create("http://127.0.0.1:" + port + "/");
        return client.send(
                HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
