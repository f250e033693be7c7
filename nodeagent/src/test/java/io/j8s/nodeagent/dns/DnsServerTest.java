package io.j8s.nodeagent.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.machinery.timers.SystemTimers;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Questions over real sockets on loopback, with informers filled by hand.
final class DnsServerTest {

    private final SystemTimers timers = new SystemTimers();
    private final Informers informers =
            new Informers(noApi(), timers, RandomGenerator.getDefault());
    private DnsServer server;

    @BeforeEach
    void serve() throws IOException {
        informers
                .of(Kinds.NAMESPACES)
                .put(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName("shop")
                                .withUid("n")
                                .endMetadata()
                                .build());
        informers.of(Kinds.SERVICES).put(service("web", "10.43.0.7"));
        informers.of(Kinds.SERVICES).put(service("db", "None"));
        var alias = service("ext", "");
        alias.getSpec().setType("ExternalName");
        alias.getSpec().setExternalName("web.shop.svc.cluster.local");
        informers.of(Kinds.SERVICES).put(alias);
        var slice =
                new EndpointSliceBuilder()
                        .withNewMetadata()
                        .withNamespace("shop")
                        .withName("db-1")
                        .withUid("s")
                        .addToLabels("kubernetes.io/service-name", "db")
                        .endMetadata()
                        .withAddressType("IPv4")
                        .addNewPort()
                        .withName("sql")
                        .withPort(5432)
                        .withProtocol("TCP")
                        .endPort();
        for (int i = 0; i < 60; i++) {
            slice.addNewEndpoint()
                    .withAddresses("10.42.0." + (i + 2))
                    .withHostname(i == 0 ? "db-0" : null)
                    .withNewConditions()
                    .withReady(i != 1)
                    .endConditions()
                    .endEndpoint();
        }
        informers.of(Kinds.ENDPOINT_SLICES).put(slice.build());
        var settings =
                new DnsServer.Settings(
                        InetAddress.getLoopbackAddress(), 0, "cluster.local", List.of(), Map.of());
        server = new DnsServer(settings, informers, timers);
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
        timers.close();
    }

    @Test
    void answersClusterIpsByName() throws IOException {
        assertThat(answers("web.shop.svc.cluster.local.", Type.A)).containsExactly("10.43.0.7");
        assertThat(answers("WEB.Shop.svc.cluster.local.", Type.A)).containsExactly("10.43.0.7");
    }

    @Test
    void tellsUnknownNamesFromNamesWithoutSuchRecords() throws IOException {
        assertThat(ask("web.shop.svc.cluster.local.", Type.AAAA).getRcode())
                .isEqualTo(Rcode.NOERROR);
        var unknown = ask("nope.shop.svc.cluster.local.", Type.A);
        assertThat(unknown.getRcode()).isEqualTo(Rcode.NXDOMAIN);
        assertThat(unknown.getSection(Section.AUTHORITY)).hasSize(1);
    }

    @Test
    void answersHeadlessServicesWithReadyEndpointsOnly() throws IOException {
        assertThat(answers("db.shop.svc.cluster.local.", Type.A))
                .hasSize(59)
                .contains("10.42.0.2")
                .doesNotContain("10.42.0.3");
        assertThat(answers("db-0.db.shop.svc.cluster.local.", Type.A)).containsExactly("10.42.0.2");
        assertThat(answers("10-42-0-9.db.shop.svc.cluster.local.", Type.A))
                .containsExactly("10.42.0.9");
    }

    @Test
    void cutsLongAnswersOverPlainUdpAndGivesThemWholeOverTcp() throws IOException {
        var plain =
                new SimpleResolver(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        plain.setIgnoreTruncation(true);
        plain.setEDNS(-1);
        var name = Name.fromString("db.shop.svc.cluster.local.");
        var cut = plain.send(Message.newQuery(Record.newRecord(name, Type.A, DClass.IN)));
        assertThat(cut.getHeader().getFlag(Flags.TC)).isTrue();
        plain.setTCP(true);
        var whole = plain.send(Message.newQuery(Record.newRecord(name, Type.A, DClass.IN)));
        assertThat(whole.getSection(Section.ANSWER)).hasSize(59);
    }

    @Test
    void answersPortsAsSrv() throws IOException {
        assertThat(answers("_http._tcp.web.shop.svc.cluster.local.", Type.SRV))
                .containsExactly("0 100 80 web.shop.svc.cluster.local.");
        assertThat(ask("_nope._tcp.web.shop.svc.cluster.local.", Type.SRV).getRcode())
                .isEqualTo(Rcode.NXDOMAIN);
        assertThat(answers("_sql._tcp.db.shop.svc.cluster.local.", Type.SRV))
                .contains("0 1 5432 db-0.db.shop.svc.cluster.local.");
    }

    @Test
    void answersAddressesWithNames() throws IOException {
        assertThat(answers("7.0.43.10.in-addr.arpa.", Type.PTR))
                .containsExactly("web.shop.svc.cluster.local.");
        assertThat(answers("2.0.42.10.in-addr.arpa.", Type.PTR))
                .containsExactly("db-0.db.shop.svc.cluster.local.");
    }

    @Test
    void followsExternalNames() throws IOException {
        assertThat(answers("ext.shop.svc.cluster.local.", Type.A))
                .containsExactly("web.shop.svc.cluster.local.", "10.43.0.7");
    }

    @Test
    void spellsOutPodAddresses() throws IOException {
        assertThat(answers("10-42-0-2.shop.pod.cluster.local.", Type.A))
                .containsExactly("10.42.0.2");
        assertThat(ask("10-42-0-2.nope.pod.cluster.local.", Type.A).getRcode())
                .isEqualTo(Rcode.NXDOMAIN);
    }

    @Test
    void refusesOtherNamesWhenNobodyCanBeAsked() throws IOException {
        assertThat(ask("example.org.", Type.A).getRcode()).isEqualTo(Rcode.REFUSED);
    }

    @Test
    void forwardsOtherNamesAndStubDomainsAndKeepsTheAnswers() throws IOException {
        // the first server stands for the outside world: it knows names below cluster.local
        var outside = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
        var settings =
                new DnsServer.Settings(
                        InetAddress.getLoopbackAddress(),
                        0,
                        "other.local",
                        List.of(),
                        Map.of("cluster.local", List.of(outside)));
        try (var second = new DnsServer(settings, informers, timers)) {
            second.start();
            assertThat(texts(ask(second.port(), "web.shop.svc.cluster.local.", Type.A)))
                    .containsExactly("10.43.0.7");
            server.close();
            assertThat(texts(ask(second.port(), "web.shop.svc.cluster.local.", Type.A)))
                    .containsExactly("10.43.0.7");
        }
    }

    @Test
    void asksWhomTheConfigMapNames() throws IOException {
        var outside = "127.0.0.1:" + server.port();
        var settings =
                new DnsServer.Settings(
                        InetAddress.getLoopbackAddress(), 0, "other.local", List.of(), Map.of());
        var config = informers.of(Kinds.CONFIG_MAPS, "kube-system", "metadata.name=kube-dns");
        try (var second = new DnsServer(settings, informers, timers)) {
            second.start();
            assertThat(ask(second.port(), "web.shop.svc.cluster.local.", Type.A).getRcode())
                    .isEqualTo(Rcode.REFUSED);
            config.put(config("stubDomains", "{\"cluster.local\": [\"%s\"]}".formatted(outside)));
            assertThat(texts(ask(second.port(), "web.shop.svc.cluster.local.", Type.A)))
                    .containsExactly("10.43.0.7");
            config.put(config("upstreamNameservers", "[\"%s\"]".formatted(outside)));
            assertThat(texts(ask(second.port(), "web.shop.svc.cluster.local.", Type.A)))
                    .containsExactly("10.43.0.7");
            config.remove(config("upstreamNameservers", ""));
            assertThat(ask(second.port(), "web.shop.svc.cluster.local.", Type.A).getRcode())
                    .isEqualTo(Rcode.REFUSED);
        }
    }

    @Test
    void serversMayHavePorts() {
        assertThat(DnsConfig.server("10.0.0.1")).isEqualTo(new InetSocketAddress("10.0.0.1", 53));
        assertThat(DnsConfig.server("10.0.0.1:5353"))
                .isEqualTo(new InetSocketAddress("10.0.0.1", 5353));
        assertThat(DnsConfig.server("fd00::1")).isEqualTo(new InetSocketAddress("fd00::1", 53));
        assertThat(DnsConfig.server("[fd00::1]:5353"))
                .isEqualTo(new InetSocketAddress("fd00::1", 5353));
    }

    @Test
    void ednsMakesRoomForLongerAnswers() throws IOException {
        var roomy =
                new SimpleResolver(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        roomy.setIgnoreTruncation(true);
        roomy.setEDNS(0, 1232, 0, List.of());
        var name = Name.fromString("db.shop.svc.cluster.local.");
        var answer = roomy.send(Message.newQuery(Record.newRecord(name, Type.A, DClass.IN)));
        assertThat(answer.getHeader().getFlag(Flags.TC)).isFalse();
        assertThat(answer.getSection(Section.ANSWER)).hasSize(59);
        assertThat(answer.getOPT()).isNotNull();
    }

    @Test
    void publishesWhatIsNotReadyWhereTheServiceAsksForIt() throws IOException {
        var all = service("db", "None");
        all.getSpec().setPublishNotReadyAddresses(true);
        informers.of(Kinds.SERVICES).put(all);
        assertThat(answers("db.shop.svc.cluster.local.", Type.A)).hasSize(60).contains("10.42.0.3");
    }

    @Test
    void answersManyAtOnce() {
        var codes =
                IntStream.range(0, 200)
                        .parallel()
                        .mapToObj(_ -> {
                            try {
                                return ask("web.shop.svc.cluster.local.", Type.A).getRcode();
                            } catch (IOException e) {
                                return -1;
                            }
                        })
                        .collect(Collectors.toSet());
        assertThat(codes).containsExactly(Rcode.NOERROR);
    }

    private List<String> answers(String name, int type) throws IOException {
        return texts(ask(name, type));
    }

    private static List<String> texts(Message answer) {
        return answer.getSection(Section.ANSWER).stream().map(Record::rdataToString).toList();
    }

    private Message ask(String name, int type) throws IOException {
        return ask(server.port(), name, type);
    }

    private static Message ask(int port, String name, int type) throws IOException {
        var resolver =
                new SimpleResolver(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        resolver.setTimeout(Duration.ofSeconds(5));
        return resolver.send(
                Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN)));
    }

    private static ConfigMap config(String key, String text) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("kube-system")
                .withName("kube-dns")
                .withUid("c")
                .endMetadata()
                .addToData(key, text)
                .build();
    }

    private static Service service(String name, String clusterIp) {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName(name)
                .withUid(name)
                .endMetadata()
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP(clusterIp)
                .withClusterIPs(clusterIp.isEmpty() ? List.of() : List.of(clusterIp))
                .addNewPort()
                .withName("http")
                .withPort(80)
                .withProtocol("TCP")
                .endPort()
                .endSpec()
                .build();
    }

    /// The informers are filled by hand: nothing may ask the API.
    private static Api noApi() {
        return (Api)
                Proxy.newProxyInstance(
                        DnsServerTest.class.getClassLoader(),
                        new Class<?>[] {Api.class},
                        (_, method, _) -> {
                            throw new IllegalStateException("asked the API: " + method.getName());
                        });
    }
}
