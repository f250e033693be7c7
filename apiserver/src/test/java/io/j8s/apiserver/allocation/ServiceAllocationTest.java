package io.j8s.apiserver.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.access.FakeWriter;
import io.j8s.apiserver.access.StandingTimers;
import io.j8s.apiserver.registry.WriteHook.Reservation;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.Statuses;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.memory.MemoryStore;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.math.BigInteger;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;

class ServiceAllocationTest {

    private final SystemTimers clock = new SystemTimers();
    private final StandingTimers timers = new StandingTimers();
    private final MemoryStore store = new MemoryStore(clock);
    private final FakeLookup lookup = new FakeLookup();
    private final FakeWriter writer = new FakeWriter(lookup);
    private final ClusterIps ips = ips("10.43.0.0/16");
    private final NodePorts ports =
            new NodePorts(30000, 32767, store, FakeLookup.SCHEMA, new Random(7));
    private final ServiceAllocation allocation = new ServiceAllocation(ips, ports);
    private final RequestContext context =
            new RequestContext(
                    "a",
                    new RequestInfo(true, "", "create", "", "v1", "shop", "services", "", "", ""),
                    UserInfo.anonymous(),
                    "",
                    timers.deadline(Duration.ofMinutes(1)));

    private ClusterIps ips(String... cidrs) {
        return new ClusterIps(
                List.of(cidrs),
                lookup,
                writer,
                UserInfo.component("system:apiserver", UserInfo.MASTERS_GROUP),
                FakeLookup.SCHEMA,
                new Random(7));
    }

    @AfterEach
    void close() {
        store.close();
        clock.close();
    }

    private static Tree service(String spec) {
        return FakeLookup.tree(
                """
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: shop}
                spec: %s
                """
                        .formatted(spec));
    }

    private Tree create(String spec) throws InterruptedException {
        var service = service(spec);
        allocation.beginCreate(context, service, false).commit();
        return service;
    }

    private String refusal(String spec) {
        try {
            create(spec);
            return "";
        } catch (ApiException e) {
            return String.valueOf(Statuses.of(e.error()).message());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void givesAnAddressOfTheUpperBandWithItsObject() throws Exception {
        var service = create("{ports: [{port: 80}]}");
        var ip = service.string("spec.clusterIP", "");
        assertThat(service.strings("spec.clusterIPs")).containsExactly(ip);
        assertThat(service.strings("spec.ipFamilies")).containsExactly("IPv4");
        assertThat(service.string("spec.ipFamilyPolicy")).isEqualTo("SingleStack");
        int third = Integer.parseInt(ip.split("\\.", -1)[2]);
        assertThat(third).as("above 10.43.1.0: the lower band is left to named ones").isPositive();
        var address =
                lookup.get(ClusterIps.ADDRESSES.groupResource(), ObjectKey.clusterScoped(ip)).get();
        assertThat(address.stringMap("metadata.labels"))
                .containsEntry("ipaddress.kubernetes.io/ip-family", "IPv4")
                .containsEntry("ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io");
        assertThat(address.string("spec.parentRef.name")).isEqualTo("web");
        assertThat(address.string("spec.parentRef.resource")).isEqualTo("services");
    }

    @Test
    void namedAddressesAreRefusedWithUpstreamsTexts() throws Exception {
        create("{clusterIP: 10.43.0.10}");
        assertThat(refusal("{clusterIP: 10.43.0.10}"))
                .isEqualTo(
                        "Service \"web\" is invalid: spec.clusterIPs: Invalid value:"
                                + " [\"10.43.0.10\"]: failed to allocate IP 10.43.0.10: provided IP"
                                + " is already allocated");
        assertThat(refusal("{clusterIP: 10.99.0.10}"))
                .endsWith(
                        "failed to allocate IP 10.99.0.10: the provided network does not match the"
                                + " current range");
        assertThat(refusal("{clusterIP: 10.43.0.0}"))
                .endsWith(
                        "failed to allocate IP 10.43.0.0: the provided IP (10.43.0.0) is not in the"
                                + " valid range. The range of valid IPs is 10.43.0.0/16");
        assertThat(refusal("{ipFamilyPolicy: RequireDualStack}"))
                .isEqualTo(
                        "Service \"web\" is invalid: spec.ipFamilyPolicy: Invalid value:"
                                + " \"RequireDualStack\": this cluster is not configured for"
                                + " dual-stack services");
        assertThat(refusal("{ipFamilies: [IPv6]}"))
                .isEqualTo(
                        "Service \"web\" is invalid: spec.ipFamilies[0]: Invalid value: \"IPv6\":"
                                + " not configured on this cluster");
    }

    @Test
    void headlessServicesHoldNothing() throws Exception {
        var plain = create("{clusterIP: None, selector: {a: b}}");
        assertThat(plain.strings("spec.clusterIPs")).containsExactly("None");
        assertThat(plain.strings("spec.ipFamilies")).containsExactly("IPv4");
        var free = create("{clusterIP: None}");
        assertThat(free.string("spec.ipFamilyPolicy")).isEqualTo("RequireDualStack");
        assertThat(free.strings("spec.ipFamilies")).containsExactly("IPv4", "IPv6");
        create("{type: ExternalName, externalName: x.example}");
        assertThat(writer.writes).isEmpty();
    }

    @Test
    void dualStackGivesOneOfEach() throws Exception {
        var dual = new ServiceAllocation(ips("10.43.0.0/16", "fd00:43::/112"), ports);
        var service = service("{ipFamilyPolicy: PreferDualStack}");
        dual.beginCreate(context, service, false).commit();
        assertThat(service.strings("spec.ipFamilies")).containsExactly("IPv4", "IPv6");
        assertThat(service.strings("spec.clusterIPs").get(1)).startsWith("fd00:43::");
    }

    @Test
    void nodePortsAreGivenNamedAndRefused() throws Exception {
        var service =
                create(
                        "{type: NodePort, ports: [{port: 53, protocol: TCP}, {port: 53, protocol:"
                                + " UDP}, {port: 80, nodePort: 30080}]}");
        int shared = service.intValue("spec.ports[0].nodePort", 0);
        assertThat(shared).isBetween(30086, 32767);
        assertThat(service.intValue("spec.ports[1].nodePort", 0)).isEqualTo(shared);
        assertThat(refusal("{type: NodePort, ports: [{port: 80, nodePort: 30080}]}"))
                .isEqualTo(
                        "Service \"web\" is invalid: spec.ports[0].nodePort: Invalid value: 30080:"
                                + " provided port is already allocated");
        assertThat(refusal("{type: NodePort, ports: [{port: 80, nodePort: 80}]}"))
                .isEqualTo(
                        "Service \"web\" is invalid: spec.ports[0].nodePort: Invalid value: 80:"
                                + " provided port is not in the valid range. The range of valid"
                                + " ports is 30000-32767");
    }

    @Test
    void refusedWriteGivesEverythingBack() throws Exception {
        assertThat(
                        refusal(
                                "{type: NodePort, ports: [{port: 1, nodePort: 30001}, {port: 2,"
                                        + " nodePort: 3}]}"))
                .contains("not in the valid range");
        assertThat(ports.bitmap()).isEqualTo(BigInteger.ZERO);
        assertThat(lookup.list(ClusterIps.ADDRESSES.groupResource(), "")).isEmpty();
    }

    @Test
    void dryRunReservesNothing() throws Exception {
        var service = service("{type: NodePort, ports: [{port: 1}, {port: 2}]}");
        var held = allocation.beginCreate(context, service, true);
        held.cancel();
        assertThat(service.string("spec.clusterIP", "")).isNotEmpty();
        assertThat(ports.bitmap()).isEqualTo(BigInteger.ZERO);
        assertThat(writer.writes).isEmpty();
        assertThat(Reservation.NOTHING).isNotNull();
    }

    @Test
    void updateKeepsWhatItLeavesOutAndReleasesWhatItDrops() throws Exception {
        var old = create("{type: NodePort, ports: [{port: 80}]}");
        var ip = old.string("spec.clusterIP", "");
        var same = service("{type: NodePort, ports: [{port: 80}, {port: 81}]}");
        allocation.beginUpdate(context, old, same, false).commit();
        assertThat(same.string("spec.clusterIP")).isEqualTo(ip);
        assertThat(same.intValue("spec.ports[0].nodePort", 0))
                .isEqualTo(old.intValue("spec.ports[0].nodePort", 0));
        var external = service("{type: ExternalName, externalName: x.example}");
        external.keep("spec.clusterIP", same).keep("spec.clusterIPs", same);
        allocation.beginUpdate(context, same, external, false).commit();
        assertThat(external.has("spec.clusterIP")).isFalse();
        assertThat(ports.bitmap()).isEqualTo(BigInteger.ZERO);
        assertThat(lookup.list(ClusterIps.ADDRESSES.groupResource(), "")).isEmpty();
    }

    @Test
    void deletedServiceGivesItsAddressesBack() throws Exception {
        var service = create("{type: NodePort, ports: [{port: 80}]}");
        allocation.afterDelete(service);
        assertThat(ports.bitmap()).isEqualTo(BigInteger.ZERO);
        assertThat(lookup.list(ClusterIps.ADDRESSES.groupResource(), "")).isEmpty();
    }

    @Test
    void everyPortIsGivenOnceUntilTheRangeIsFull() throws Exception {
        var few = new NodePorts(31000, 31039, store, FakeLookup.SCHEMA, new Random(1));
        var given = new HashSet<Integer>();
        for (int i = 0; i < 40; i++) {
            int port = few.takeAny(false);
            assertThat(given.add(port)).isTrue();
            assertThat(port >= 31016 || given.size() > 24).as("the lower band comes last").isTrue();
        }
        assertThatThrownBy(() -> few.takeAny(false)).hasMessage("range is full");
    }

    @Test
    void repairMarksWhatIsHeldAndReleasesLeaks() throws Exception {
        var service = create("{type: NodePort, ports: [{port: 80}]}");
        lookup.put("services", service);
        var ip = service.string("spec.clusterIP", "");
        ips.release(ip);
        ports.take(30500, false);
        var repair = new AllocationRepair(ips, ports, lookup, timers, Runnable::run);
        for (int i = 0; i < 3; i++) {
            assertThat(ports.isTaken(ports.bitmap(), 30500)).isTrue();
            repair.run();
        }
        assertThat(ports.isTaken(ports.bitmap(), 30500)).isFalse();
        assertThat(ips.isTaken(ip)).isTrue();
        assertThat(ports.isTaken(ports.bitmap(), service.intValue("spec.ports[0].nodePort", 0)))
                .isTrue();
    }
}
