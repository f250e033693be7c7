package io.j8s.nodeagent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServiceStatusBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.machinery.instance.InstanceId;
import io.j8s.machinery.timers.SystemTimers;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// Real rules in a network namespace of the test's own, with real connections through them. Needs
/// root, `nft`, `conntrack`, `ip` and busybox.
@Tag("runtime")
final class ServiceProxyInNamespaceTest {

    private static final String CLUSTER_IP = "10.43.7.7";
    private static final String NODE_IP = "192.168.99.1";

    private final String namespace = "j8s-proxy-" + ProcessHandle.current().pid();
    private final SystemTimers timers = new SystemTimers();
    private final List<Process> servers = new ArrayList<>();
    private final Informers informers =
            new Informers(noApi(), timers, RandomGenerator.getDefault());
    @TempDir private Path directory;
    private ServiceProxy proxy;

    @BeforeEach
    void makeNamespace() throws Exception {
        host("ip", "netns", "add", namespace);
        inside("ip", "link", "set", "lo", "up");
        for (String ip : List.of("10.42.0.2/32", "10.42.0.3/32", NODE_IP + "/24")) {
            inside("ip", "addr", "add", ip, "dev", "lo");
        }
        inside("ip", "route", "add", "10.43.0.0/16", "dev", "lo");
        for (String ip : List.of("fd00:42::2", "fd00:42::3")) {
            inside("ip", "addr", "add", ip + "/128", "dev", "lo", "nodad");
        }
        inside("ip", "-6", "route", "add", "fd00:43::/112", "dev", "lo");
        serve("10.42.0.2", "one");
        serve("10.42.0.3", "two");
        var settings =
                new ServiceProxy.Settings(
                        new InstanceId("0badcafe"),
                        "n1",
                        List.of("10.42.0.0/16", "fd00:42::/64"),
                        List.of("10.43.0.0/16", "fd00:43::/112"));
        informers.of(Kinds.NODES).replace(List.of(), "");
        proxy = new ServiceProxy(settings, informers, timers, this::nft, Conntrack.ofHost());
    }

    @AfterEach
    void removeNamespace() throws Exception {
        proxy.close();
        timers.close();
        servers.forEach(Process::destroyForcibly);
        host("ip", "netns", "del", namespace);
    }

    @Test
    void handsConnectionsToReadyEndpointsInTurn() throws Exception {
        informers.of(Kinds.SERVICES).replace(List.of(service(0)), "");
        slices(Map.of("10.42.0.2", true, "10.42.0.3", true));
        proxy.start();
        proxy.synced().get(20, TimeUnit.SECONDS);

        assertThat(answers(10, CLUSTER_IP + ":80")).isEqualTo(Map.of("one", 5, "two", 5));
    }

    @Test
    void leavesOutEndpointsThatAreNotReadyAndRefusesWithoutAny() throws Exception {
        informers.of(Kinds.SERVICES).replace(List.of(service(30080)), "");
        slices(Map.of("10.42.0.2", true, "10.42.0.3", true));
        proxy.start();
        proxy.synced().get(20, TimeUnit.SECONDS);
        assertThat(answers(4, NODE_IP + ":30080")).isEqualTo(Map.of("one", 2, "two", 2));

        slices(Map.of("10.42.0.2", true, "10.42.0.3", false));
        await(() -> answers(4, CLUSTER_IP + ":80").equals(Map.of("one", 4)));

        slices(Map.of());
        await(() -> answers(1, CLUSTER_IP + ":80").equals(Map.of("refused", 1)));
        assertThat(answers(1, CLUSTER_IP + ":81")).isEqualTo(Map.of("refused", 1));
    }

    @Test
    void keepsAClientWithItsEndpointUnderSessionAffinity() throws Exception {
        var sticky = service(0);
        sticky.getSpec().setSessionAffinity("ClientIP");
        informers.of(Kinds.SERVICES).replace(List.of(sticky), "");
        slices(Map.of("10.42.0.2", true, "10.42.0.3", true));
        proxy.start();
        proxy.synced().get(20, TimeUnit.SECONDS);

        assertThat(answers(6, CLUSTER_IP + ":80")).isIn(Map.of("one", 6), Map.of("two", 6));
    }

    @Test
    void servesBothFamilies() throws Exception {
        serve("[fd00:42::2]", "six");
        var both = service(30080);
        both.getSpec().setClusterIPs(List.of(CLUSTER_IP, "fd00:43::7"));
        both.getSpec().setIpFamilies(List.of("IPv4", "IPv6"));
        informers.of(Kinds.SERVICES).replace(List.of(both), "");
        informers
                .of(Kinds.ENDPOINT_SLICES)
                .replace(
                        List.of(
                                slice("web-1", "IPv4", Map.of("10.42.0.2", true)),
                                slice("web-6", "IPv6", Map.of("fd00:42::2", true))),
                        "");
        proxy.start();
        proxy.synced().get(20, TimeUnit.SECONDS);

        assertThat(answers(2, CLUSTER_IP + ":80")).isEqualTo(Map.of("one", 2));
        await(() -> answers(2, "[fd00:43::7]:80").equals(Map.of("six", 2)));
        assertThat(answers(1, "[fd00:42::3]:30080")).isEqualTo(Map.of("six", 1));
        assertThat(answers(1, "[fd00:43::7]:81")).isEqualTo(Map.of("refused", 1));
    }

    @Test
    void letsOnlyTheNamedSourcesUseABalancersAddress() throws Exception {
        var limited = service(30080);
        limited.getSpec().setType("LoadBalancer");
        limited.getSpec().setLoadBalancerSourceRanges(List.of("203.0.113.0/24"));
        limited.setStatus(
                new ServiceStatusBuilder()
                        .withNewLoadBalancer()
                        .addNewIngress()
                        .withIp("192.0.2.7")
                        .withIpMode("VIP")
                        .endIngress()
                        .endLoadBalancer()
                        .build());
        inside("ip", "route", "add", "192.0.2.7/32", "dev", "lo");
        informers.of(Kinds.SERVICES).replace(List.of(limited), "");
        slices(Map.of("10.42.0.2", true));
        proxy.start();
        proxy.synced().get(20, TimeUnit.SECONDS);
        assertThat(answers(1, CLUSTER_IP + ":80")).isEqualTo(Map.of("one", 1));
        assertThat(answers(1, "192.0.2.7:80")).isEqualTo(Map.of("refused", 1));

        limited.getSpec().setLoadBalancerSourceRanges(List.of(NODE_IP + "/24", "10.42.0.0/16"));
        informers.of(Kinds.SERVICES).put(limited);
        await(() -> answers(1, "192.0.2.7:80").equals(Map.of("one", 1)));
    }

    @Test
    void removesEveryTraceOfADeletedService() throws Exception {
        informers.of(Kinds.SERVICES).replace(List.of(), "");
        informers.of(Kinds.ENDPOINT_SLICES).replace(List.of(), "");
        proxy.start();
        proxy.synced().get(20, TimeUnit.SECONDS);
        String before = rules();

        informers.of(Kinds.SERVICES).put(service(30080));
        slices(Map.of("10.42.0.2", true));
        await(() -> answers(1, CLUSTER_IP + ":80").equals(Map.of("one", 1)));
        informers.of(Kinds.SERVICES).remove(service(30080));
        slices(Map.of());

        await(() -> rules().equals(before));
    }

    private static Service service(int nodePort) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("web")
                .withUid("u1")
                .endMetadata()
                .withNewSpec()
                .withType(nodePort > 0 ? "NodePort" : "ClusterIP")
                .withClusterIP(CLUSTER_IP)
                .withClusterIPs(CLUSTER_IP)
                .addNewPort()
                .withPort(80)
                .withProtocol("TCP")
                .withNodePort(nodePort > 0 ? nodePort : null)
                .endPort()
                .endSpec()
                .build();
    }

    private void slices(Map<String, Boolean> readyByIp) {
        informers.of(Kinds.ENDPOINT_SLICES).replace(List.of(slice("web-1", "IPv4", readyByIp)), "");
    }

    private static EndpointSlice slice(String name, String family, Map<String, Boolean> readyByIp) {
        var builder =
                new EndpointSliceBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName(name)
                        .withUid(name)
                        .addToLabels("kubernetes.io/service-name", "web")
                        .endMetadata()
                        .withAddressType(family)
                        .addNewPort()
                        .withName("")
                        .withPort(8080)
                        .withProtocol("TCP")
                        .endPort();
        readyByIp.forEach((ip, ready) ->
                builder.addNewEndpoint()
                        .withAddresses(ip)
                        .withNodeName("n1")
                        .withNewConditions()
                        .withReady(ready)
                        .withServing(ready)
                        .endConditions()
                        .endEndpoint());
        return builder.build();
    }

    private void serve(String ip, String answer) throws IOException {
        var root = Files.createDirectories(directory.resolve(answer));
        Files.writeString(root.resolve("index.html"), answer);
        servers.add(
                new ProcessBuilder(
                                "nsenter",
                                "--net=/run/netns/" + namespace,
                                "busybox",
                                "httpd",
                                "-f",
                                "-p",
                                ip + ":8080",
                                "-h",
                                root.toString())
                        .start());
    }

    private Map<String, Integer> answers(int requests, String target) throws InterruptedException {
        var counts = new HashMap<String, Integer>();
        for (int i = 0; i < requests; i++) {
            var result =
                    HostCommand.run(
                            List.of(
                                    "timeout",
                                    "5",
                                    "nsenter",
                                    "--net=/run/netns/" + namespace,
                                    "busybox",
                                    "wget",
                                    "-qO-",
                                    "http://" + target + "/"),
                            "");
            counts.merge(result.exitCode() == 0 ? result.output() : "refused", 1, Integer::sum);
        }
        return counts;
    }

    private String rules() throws InterruptedException {
        return HostCommand.run(
                        List.of(
                                "nsenter",
                                "--net=/run/netns/" + namespace,
                                "nft",
                                "list",
                                "ruleset"),
                        "")
                .output();
    }

    private void nft(String script) throws InterruptedException {
        var result =
                HostCommand.run(
                        List.of("nsenter", "--net=/run/netns/" + namespace, "nft", "-f", "-"),
                        script);
        assertThat(result.exitCode()).as(result.output() + "\n" + script).isZero();
    }

    private interface Condition {
        boolean holds() throws InterruptedException;
    }

    private void await(Condition condition) throws InterruptedException {
        var deadline = timers.deadline(Duration.ofSeconds(15));
        while (!condition.holds()) {
            assertThat(deadline.hasPassed()).as(rules()).isFalse();
            timers.sleep(Duration.ofMillis(50));
        }
    }

    private void inside(String... command) throws InterruptedException {
        var all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace));
        all.addAll(List.of(command));
        host(all.toArray(String[]::new));
    }

    private static void host(String... command) throws InterruptedException {
        var result = HostCommand.run(List.of(command), "");
        assertThat(result.exitCode())
                .as(String.join(" ", command) + ": " + result.output())
                .isZero();
    }

    /// The informers are filled by hand: nothing may ask the API.
    private static io.j8s.controllers.runtime.Api noApi() {
        return (io.j8s.controllers.runtime.Api)
                Proxy.newProxyInstance(
                        ServiceProxyInNamespaceTest.class.getClassLoader(),
                        new Class<?>[] {io.j8s.controllers.runtime.Api.class},
                        (_, method, _) -> {
                            throw new IllegalStateException("asked the API: " + method.getName());
                        });
    }
}
