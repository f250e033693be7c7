package io.j8s.apiserver.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.j8s.apiserver.access.FakeLookup;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;

import org.junit.jupiter.api.Test;

import java.util.stream.IntStream;

final class ServiceEndpointsTest {

    private static final String NONE = "no endpoints available for service \"s\"";

    private final FakeLookup lookup =
            new FakeLookup()
                    .put(
                            "services",
                            """
                            apiVersion: v1
                            kind: Service
                            metadata: {name: s, namespace: a}
                            spec:
                              ports:
                              - {name: web, port: 80}
                              - {name: other, port: 81}
                            """)
                    .put("pods", pod("a", "p", "10.0.0.1", "fd00::1"))
                    .put("pods", pod("a", "q", "10.0.0.2", "fd00::2"))
                    .put("pods", pod("b", "p", "10.0.0.3", "fd00::3"));
    private int slices;

    private static String pod(String namespace, String name, String first, String second) {
        return """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, namespace: %s}
        status: {podIPs: [{ip: "%s"}, {ip: "%s"}]}
        """
                .formatted(name, namespace, first, second);
    }

    private void slice(String family, String port, String... endpoints) {
        lookup.put(
                "endpointslices.discovery.k8s.io",
                """
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: s-%d
                  namespace: a
                  labels: {kubernetes.io/service-name: s}
                addressType: %s
                ports: [%s]
                endpoints: [%s]
                """
                        .formatted(slices++, family, port, String.join(", ", endpoints)));
    }

    private static String endpoint(String address, String pod, String more) {
        return "{addresses: [\"%s\"], targetRef: {kind: Pod, %s}%s}".formatted(address, pod, more);
    }

    private String chosen(String port) {
        var endpoint = new ServiceEndpoints(lookup).one("a", "s", port);
        return endpoint.host() + " " + endpoint.port();
    }

    private String refused(String service, String port) {
        var refusal =
                catchThrowableOfType(
                        ApiException.class,
                        () -> new ServiceEndpoints(lookup).one("a", service, port));
        return refusal.error() instanceof ApiError.ServiceUnavailable(String message)
                ? message
                : refusal.error().toString();
    }

    @Test
    void onlyPodsOfTheNamespaceWithThatAddressAreReached() {
        slice(
                "IPv4",
                "{name: web, port: 8080}",
                "{addresses: [10.0.0.1]}",
                endpoint("10.0.0.3", "name: p, namespace: b", ""),
                endpoint("10.0.0.9", "name: p, namespace: a", ""),
                endpoint("10.0.0.1", "name: gone, namespace: a", ""),
                endpoint("10.0.0.1", "name: p, namespace: a", ", conditions: {ready: false}"));
        assertThat(refused("s", "web")).isEqualTo(NONE);
        slice("IPv4", "{name: web, port: 8080}", endpoint("10.0.0.2", "name: q, namespace: a", ""));
        assertThat(chosen("web")).isEqualTo("10.0.0.2 8080");
    }

    @Test
    void portsGoByTheirNamesInTheSlices() {
        slice("IPv4", "{name: web, port: 8080}", endpoint("10.0.0.1", "name: p, namespace: a", ""));
        slice("IPv4", "{name: more, port: 9}", endpoint("10.0.0.2", "name: q, namespace: a", ""));
        assertThat(chosen("web")).isEqualTo("10.0.0.1 8080");
        assertThat(chosen("80")).isEqualTo("10.0.0.1 8080");
        assertThat(chosen("more")).isEqualTo("10.0.0.2 9"); // though the service knows none
        assertThat(refused("s", "81")).isEqualTo(NONE);
        assertThat(refused("s", "")).isEqualTo(NONE);
        assertThat(refused("s", "82")).isEqualTo("no service port 82 found for service \"s\"");
        assertThat(refused("absent", "web"))
                .isEqualTo("no endpoints available for service \"absent\"");
        assertThat(refused("absent", "80")).startsWith("NotFound");
    }

    @Test
    void theClustersFirstFamilyIsPreferred() {
        slice("IPv6", "{name: web, port: 8080}", endpoint("fd00::1", "name: p, namespace: a", ""));
        assertThat(chosen("web")).isEqualTo("fd00::1 8080");
        slice("IPv4", "{name: web, port: 8080}", endpoint("10.0.0.1", "name: p, namespace: a", ""));
        assertThat(IntStream.range(0, 20).mapToObj(_ -> chosen("web")))
                .containsOnly("10.0.0.1 8080");
        lookup.put(
                "services",
                """
                apiVersion: v1
                kind: Service
                metadata: {name: kubernetes, namespace: default}
                spec: {ipFamilies: [IPv6]}
                """);
        assertThat(IntStream.range(0, 20).mapToObj(_ -> chosen("web")))
                .containsOnly("fd00::1 8080");
    }
}
