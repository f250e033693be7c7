package io.j8s.nodeagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.j8s.nodeagent.TestPods;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

class RulesTest {

    @Test
    void expansionReplacesWhatIsKnownAndLeavesTheRest() {
        var values = Map.of("A", "1", "B", "two");
        assertThat(Expansion.expand("$(A)-$(B)-$(C)-$$(A)-$A-$", values))
                .isEqualTo("1-two-$(C)-$(A)-$A-$");
        assertThat(Expansion.expand("$(A", values)).isEqualTo("$(A");
    }

    @Test
    void backoffDoublesToItsLongestAndIsForgotten() {
        var backoff = new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(5));
        var at = Instant.EPOCH;
        assertThat(backoff.isWaiting("k", at, at)).isFalse();
        for (int expected : new int[] {10, 20, 40, 80, 160, 300, 300}) {
            backoff.next("k", at, at);
            assertThat(backoff.delay("k")).isEqualTo(Duration.ofSeconds(expected));
        }
        assertThat(backoff.isWaiting("k", at, at.plusSeconds(299))).isTrue();
        assertThat(backoff.isWaiting("k", at, at.plusSeconds(301))).isFalse();
        var later = at.plus(Duration.ofMinutes(11));
        backoff.next("k", later, later);
        assertThat(backoff.delay("k")).isEqualTo(Duration.ofSeconds(10));
        assertThat(Backoff.inMessages(Duration.ofSeconds(80))).isEqualTo("1m20s");
    }

    @Test
    void servicesBecomeVariables() {
        var service =
                new ServiceBuilder()
                        .withNewMetadata()
                        .withName("my-db")
                        .endMetadata()
                        .withNewSpec()
                        .withClusterIP("10.43.0.7")
                        .addNewPort()
                        .withName("sql")
                        .withPort(5432)
                        .withProtocol("TCP")
                        .endPort()
                        .endSpec()
                        .build();
        assertThat(ServiceVariables.of(List.of(service), List.of(), true))
                .containsEntry("MY_DB_SERVICE_HOST", "10.43.0.7")
                .containsEntry("MY_DB_SERVICE_PORT", "5432")
                .containsEntry("MY_DB_SERVICE_PORT_SQL", "5432")
                .containsEntry("MY_DB_PORT", "tcp://10.43.0.7:5432")
                .containsEntry("MY_DB_PORT_5432_TCP_ADDR", "10.43.0.7");
        assertThat(ServiceVariables.of(List.of(service), List.of(), false)).isEmpty();
    }

    @Test
    void qualityOfServiceFollowsRequestsAndLimits() {
        var pod = TestPods.pod("p", "Always", "true");
        assertThat(PodQos.of(pod)).isEqualTo(PodQos.BEST_EFFORT);
        var burstable =
                new PodBuilder(pod)
                        .editSpec()
                        .editFirstContainer()
                        .withNewResources()
                        .addToRequests("cpu", new Quantity("100m"))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .build();
        assertThat(PodQos.of(burstable)).isEqualTo(PodQos.BURSTABLE);
        var guaranteed =
                new PodBuilder(pod)
                        .editSpec()
                        .editFirstContainer()
                        .withNewResources()
                        .addToRequests("cpu", new Quantity("100m"))
                        .addToLimits("cpu", new Quantity("0.1"))
                        .addToLimits("memory", new Quantity("64Mi"))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .build();
        assertThat(PodQos.of(guaranteed)).isEqualTo(PodQos.GUARANTEED);
        var limits = PodResources.ofPod(guaranteed);
        assertThat(limits.cpuShares()).isEqualTo(102);
        assertThat(limits.cpuQuotaUs()).isEqualTo(10_000);
        assertThat(limits.memoryBytes()).isEqualTo(64 << 20);
        assertThat(PodResources.cgroupOf(burstable, "/r"))
                .isEqualTo("/r/kubepods/burstable/poduid-p");
    }

    @Test
    void clusterFirstSearchesTheClusterBeforeTheHost() {
        var dns =
                new PodDns(
                        List.of("10.43.0.10"),
                        "cluster.local",
                        "search example.org\nnameserver 9.9.9.9\n");
        var config = dns.of(TestPods.pod("p", "Always", "true"));
        assertThat(config.getServersList()).containsExactly("10.43.0.10");
        assertThat(config.getSearchesList())
                .containsExactly(
                        "default.svc.cluster.local",
                        "svc.cluster.local",
                        "cluster.local",
                        "example.org");
        assertThat(config.getOptionsList()).containsExactly("ndots:5");
        var ofHost =
                new PodBuilder(TestPods.pod("p", "Always", "true"))
                        .editSpec()
                        .withDnsPolicy("Default")
                        .endSpec()
                        .build();
        assertThat(dns.of(ofHost).getServersList()).containsExactly("9.9.9.9");
    }

    @Test
    void hostsFileNamesThePodAndItsAliases() {
        var pod =
                new PodBuilder(TestPods.pod("p", "Always", "true"))
                        .editSpec()
                        .withSubdomain("sub")
                        .addNewHostAlias()
                        .withIp("10.1.1.1")
                        .withHostnames("a", "b")
                        .endHostAlias()
                        .endSpec()
                        .build();
        assertThat(PodNames.hostsFile(pod, List.of("10.0.0.9"), "cluster.local", ""))
                .contains("10.0.0.9\tp.sub.default.svc.cluster.local\tp\n")
                .endsWith("\n# Entries added by HostAliases.\n10.1.1.1\ta\tb\n");
    }

    @Test
    void statusPatchNamesWhatChangedAndWhatWent() {
        var old =
                Map.<String, Object>of(
                        "phase", "Pending",
                        "reason", "x",
                        "conditions",
                                List.of(
                                        Map.of("type", "Ready", "status", "False", "message", "m"),
                                        Map.of("type", "Other", "status", "True")));
        var wanted =
                Map.<String, Object>of(
                        "phase",
                        "Running",
                        "conditions",
                        List.of(
                                Map.of("type", "Ready", "status", "True"),
                                Map.of("type", "Other", "status", "True")));
        var patch = StatusPatch.between(old, wanted).orElseThrow();
        assertThat(patch).containsEntry("phase", "Running").containsEntry("reason", null);
        var changed = new java.util.HashMap<String, Object>();
        changed.put("type", "Ready");
        changed.put("status", "True");
        changed.put("message", null); // gone: the merge would keep it
        assertThat(patch.get("conditions")).isEqualTo(List.of(changed));
        assertThat(StatusPatch.between(old, old)).isEmpty();
    }
}
