package io.j8s.nodeagent.proxy;

import static io.j8s.nodeagent.proxy.ProxyNamespace.CLUSTER_IP;
import static io.j8s.nodeagent.proxy.ProxyNamespace.NODE_IP;
import static io.j8s.nodeagent.proxy.ProxyNamespace.OUTSIDER;
import static io.j8s.nodeagent.proxy.ProxyNamespace.service;
import static io.j8s.nodeagent.proxy.ProxyNamespace.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceStatusBuilder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Real rules in a network namespace of the test's own, with real connections through them. Needs
/// root, `nft`, `conntrack`, `ip` and busybox.
@Tag("runtime")
final class ServiceProxyInNamespaceTest {

    private static final Map<String, Boolean> BOTH = Map.of("10.42.0.2", true, "10.42.0.3", true);

    @TempDir private Path directory;
    private ProxyNamespace node;

    @BeforeEach
    void makeNamespace() throws Exception {
        node = new ProxyNamespace(directory);
    }

    @AfterEach
    void removeNamespace() throws Exception {
        node.remove();
    }

    @Test
    void handsConnectionsToReadyEndpointsInTurn() throws Exception {
        node.put(service(0));
        node.slices(BOTH);
        node.start();

        assertThat(node.answers(10, CLUSTER_IP + ":80")).isEqualTo(Map.of("one", 5, "two", 5));
    }

    @Test
    void leavesOutEndpointsThatAreNotReadyAndRefusesWithoutAny() throws Exception {
        node.put(service(30080));
        node.slices(BOTH);
        node.start();
        assertThat(node.answers(4, NODE_IP + ":30080")).isEqualTo(Map.of("one", 2, "two", 2));

        node.slices(Map.of("10.42.0.2", true, "10.42.0.3", false));
        node.await(() -> node.answers(4, CLUSTER_IP + ":80").equals(Map.of("one", 4)));

        node.slices(Map.of());
        node.await(() -> node.answers(1, CLUSTER_IP + ":80").equals(Map.of("refused", 1)));
        assertThat(node.answers(1, CLUSTER_IP + ":81")).isEqualTo(Map.of("refused", 1));
        assertThat(node.fromOutside(NODE_IP + ":30080")).isEqualTo("refused");
    }

    @Test
    void keepsAClientWithItsEndpointUnderSessionAffinity() throws Exception {
        var sticky = service(0);
        sticky.getSpec().setSessionAffinity("ClientIP");
        node.put(sticky);
        node.slices(BOTH);
        node.start();
        assertThat(node.answers(6, CLUSTER_IP + ":80")).isIn(Map.of("one", 6), Map.of("two", 6));

        var isOne = node.answers(1, CLUSTER_IP + ":80").containsKey("one");
        node.slices(Map.of(isOne ? "10.42.0.3" : "10.42.0.2", true));
        var other = Map.of(isOne ? "two" : "one", 1);
        node.await(() -> node.answers(1, CLUSTER_IP + ":80").equals(other));
        node.slices(BOTH);
        node.await(() -> node.rules().contains("numgen inc mod 2"));
        assertThat(node.answers(3, CLUSTER_IP + ":80")).hasSize(1);
    }

    @Test
    void servesBothFamilies() throws Exception {
        node.serve("[fd00:42::2]", "six");
        var both = service(30080);
        both.getSpec().setClusterIPs(List.of(CLUSTER_IP, "fd00:43::7"));
        both.getSpec().setIpFamilies(List.of("IPv4", "IPv6"));
        node.put(both);
        node.slices(
                slice("web-1", "IPv4", "n1", Map.of("10.42.0.2", true)),
                slice("web-6", "IPv6", "n1", Map.of("fd00:42::2", true)));
        node.start();

        assertThat(node.answers(2, CLUSTER_IP + ":80")).isEqualTo(Map.of("one", 2));
        node.await(() -> node.answers(2, "[fd00:43::7]:80").equals(Map.of("six", 2)));
        assertThat(node.answers(1, "[fd00:99::1]:30080")).isEqualTo(Map.of("six", 1));
        assertThat(node.answers(1, "[fd00:43::7]:81")).isEqualTo(Map.of("refused", 1));

        both.getSpec().setSessionAffinity("ClientIP");
        node.put(both);
        node.await(() -> node.rules().contains("@affinity"));
        assertThat(node.answers(2, "[fd00:43::7]:80")).isEqualTo(Map.of("six", 2));
    }

    @Test
    void letsOnlyTheNamedSourcesUseABalancersAddress() throws Exception {
        node.route("192.0.2.7/32");
        var limited = balanced();
        limited.getSpec().setLoadBalancerSourceRanges(List.of("203.0.113.0/24"));
        node.put(limited);
        node.slices(Map.of("10.42.0.2", true));
        node.start();
        assertThat(node.answers(1, CLUSTER_IP + ":80")).isEqualTo(Map.of("one", 1));
        assertThat(node.answers(1, "192.0.2.7:80")).doesNotContainKey("one");

        limited.getSpec().setLoadBalancerSourceRanges(List.of(NODE_IP + "/24", "10.42.0.0/16"));
        node.put(limited);
        node.await(() -> node.answers(1, "192.0.2.7:80").equals(Map.of("one", 1)));
    }

    @Test
    void trafficFromOutsideKeepsItsSourceOnlyUnderPolicyLocal() throws Exception {
        var service = service(30080);
        service.getSpec().setExternalIPs(List.of("198.51.100.7"));
        node.put(service);
        node.slices(Map.of("10.42.0.2", true));
        node.start();
        assertThat(node.fromOutside("198.51.100.7:80/")).isEqualTo("one");
        assertThat(node.fromOutside(NODE_IP + ":30080/cgi-bin/who")).isNotEqualTo(OUTSIDER);
        assertThat(node.fromOutside(CLUSTER_IP + ":80/cgi-bin/who")).isNotEqualTo(OUTSIDER);

        service.getSpec().setExternalTrafficPolicy("Local");
        node.put(service);
        node.await(() -> node.fromOutside(NODE_IP + ":30080/cgi-bin/who").equals(OUTSIDER));
        assertThat(node.fromOutside("198.51.100.7:80/cgi-bin/who")).isEqualTo(OUTSIDER);
    }

    @Test
    void underPolicyLocalANodeWithoutEndpointsServesItselfAndIgnoresOthers() throws Exception {
        var service = service(30080);
        service.getSpec().setExternalTrafficPolicy("Local");
        node.put(service);
        node.slices(slice("web-1", "IPv4", "n2", Map.of("10.42.0.2", true)));
        node.start();

        assertThat(node.answers(2, NODE_IP + ":30080")).isEqualTo(Map.of("one", 2));
        assertThat(node.isSilent(true, NODE_IP + ":30080")).isTrue();

        service.getSpec().setInternalTrafficPolicy("Local");
        node.put(service);
        node.await(() -> node.isSilent(false, CLUSTER_IP + ":80"));
    }

    @Test
    void aPodThatReachesItselfSeesAnotherSource() throws Exception {
        node.put(service(0));
        node.slices(Map.of("10.42.0.2", true));
        node.start();

        assertThat(node.seenFrom("10.42.0.3", CLUSTER_IP + ":80")).isEqualTo("10.42.0.3");
        assertThat(node.seenFrom("10.42.0.2", CLUSTER_IP + ":80"))
                .matches("[0-9.]+")
                .isNotEqualTo("10.42.0.2");
    }

    @Test
    void removesEveryTraceOfADeletedService() throws Exception {
        node.start();
        String before = node.rules();
        for (var service : List.of(service(30080), sticky(service(30080)), limited())) {
            node.put(service);
            node.slices(BOTH);
            node.await(() ->
                    node.answers(1, NODE_IP + ":30080").keySet().stream()
                            .anyMatch(Map.of("one", 1, "two", 1)::containsKey));
            node.remove(service);
            node.slices(Map.of());
            node.await(() -> node.rules().equals(before));
        }
    }

    @Test
    void makesTheRulesAnewWhenSomebodyFlushedThem() throws Exception {
        node.put(service(30080));
        node.slices(Map.of("10.42.0.2", true));
        node.start();
        for (var script :
                List.of(
                        "flush ruleset",
                        "flush table ip j8s-0badcafe",
                        "delete table ip j8s-0badcafe")) {
            node.nft(script);
            node.await(() -> node.answers(1, CLUSTER_IP + ":80").equals(Map.of("one", 1)));
        }
        node.nft("add table ip other");
        node.slices(Map.of("10.42.0.3", true));
        node.await(() -> node.answers(1, NODE_IP + ":30080").equals(Map.of("two", 1)));
        assertThat(node.rules()).contains("table ip other");
    }

    /// Some keep the rules over a restart of the machine that way.
    @Test
    void whatNftListsCanBeLoadedAgain() throws Exception {
        var all = limited();
        all.getSpec().setClusterIPs(List.of(CLUSTER_IP, "fd00:43::7"));
        all.getSpec().setIpFamilies(List.of("IPv4", "IPv6"));
        all.getSpec().setExternalTrafficPolicy("Local");
        all.getSpec().setExternalIPs(List.of("198.51.100.7", "2001:db8::7"));
        var plain = service(0);
        plain.getMetadata().setName("plain");
        plain.getMetadata().setUid("u2");
        plain.getSpec().setClusterIPs(List.of("10.43.7.8", "fd00:43::8"));
        for (var service : List.of(all, sticky(all))) {
            node.put(service);
            node.put(plain);
            var four = slice("web-1", "IPv4", "n1", BOTH);
            var six = slice("web-6", "IPv6", "n1", Map.of("fd00:42::2", true));
            var other = slice("plain-1", "IPv4", "n2", BOTH);
            other.getMetadata().getLabels().put("kubernetes.io/service-name", "plain");
            var otherSix = slice("plain-6", "IPv6", "n2", Map.of("fd00:42::3", true));
            otherSix.getMetadata().getLabels().put("kubernetes.io/service-name", "plain");
            node.slices(four, six, other, otherSix);
        }
        node.start();
        node.await(() -> node.rules().contains("fd00:42::3 . 8080"));
        var listed = node.rules();
        assertThat(listed).contains("@affinity", "@endpoints-0", "firewall-default/web/tcp");
        node.nft("flush ruleset\n" + listed);
    }

    private static Service balanced() {
        var service = service(30080);
        service.getSpec().setType("LoadBalancer");
        service.setStatus(
                new ServiceStatusBuilder()
                        .withNewLoadBalancer()
                        .addNewIngress()
                        .withIp("192.0.2.7")
                        .withIpMode("VIP")
                        .endIngress()
                        .endLoadBalancer()
                        .build());
        return service;
    }

    private static Service limited() {
        var service = balanced();
        service.getSpec().setLoadBalancerSourceRanges(List.of("203.0.113.0/24"));
        return service;
    }

    private static Service sticky(Service service) {
        service.getSpec().setSessionAffinity("ClientIP");
        return service;
    }
}
