package io.j8s.apiserver.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.access.FakeWriter;
import io.j8s.apiserver.access.StandingTimers;
import io.j8s.apiserver.access.authn.FrontProxy;
import io.j8s.apiserver.access.rbac.BootstrapPolicy;
import io.j8s.apiserver.discovery.RuntimeConfig;
import io.j8s.apiserver.discovery.ServedApi;
import io.j8s.apiserver.schema.Tree;
import io.j8s.certs.CertificateAuthority;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.memory.MemoryStore;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

class BootstrapTest {

    private final SystemTimers clock = new SystemTimers();
    private final MemoryStore store = new MemoryStore(clock);
    private final FakeLookup lookup = new FakeLookup();
    private final FakeWriter writer = new FakeWriter(lookup);
    // the fakes are not made for many threads
    private final ExecutorService executor = Executors.newSingleThreadExecutor();

    @AfterEach
    void close() {
        executor.shutdownNow();
        store.close();
        clock.close();
    }

    private final CertificateAuthority frontProxy;

    BootstrapTest() throws Exception {
        frontProxy = CertificateAuthority.create("front-proxy-ca", Instant.EPOCH);
    }

    private Bootstrap bootstrap() {
        return bootstrap("192.168.7.9");
    }

    private Bootstrap bootstrap(String address) {
        return new Bootstrap(
                new BootstrapConfig(
                        address,
                        6443,
                        "box",
                        List.of("10.43.0.0/16"),
                        "CA\n",
                        FrontProxy.standard(List.of(frontProxy.certificate())),
                        true,
                        ServedApi.builtIn(FakeLookup.SCHEMA, RuntimeConfig.DEFAULT)),
                BootstrapPolicy.load(),
                List.of("10.43.0.1"),
                lookup,
                writer,
                store,
                FakeLookup.SCHEMA,
                new StandingTimers(),
                executor);
    }

    private Tree get(String group, String resource, String namespace, String name) {
        return lookup.get(new GroupResource(group, resource), new ObjectKey(namespace, name))
                .orElseThrow();
    }

    @Test
    void aLoopbackAddressIsNoEndpoint() throws Exception {
        try (var bootstrap = bootstrap("127.0.0.1")) {
            bootstrap.run();
            get("", "services", "default", "kubernetes");
            assertThat(
                            lookup.get(
                                    new GroupResource("", "endpoints"),
                                    new ObjectKey("default", "kubernetes")))
                    .isEmpty();
        }
    }

    @Test
    void makesWhatReadyMeans() throws Exception {
        try (var bootstrap = bootstrap()) {
            bootstrap.run();
            for (var name : List.of("default", "kube-system", "kube-public", "kube-node-lease")) {
                get("", "namespaces", "", name);
            }
            var service = get("", "services", "default", "kubernetes");
            assertThat(service.string("spec.clusterIP")).isEqualTo("10.43.0.1");
            assertThat(service.intValue("spec.ports[0].targetPort", 0)).isEqualTo(6443);
            var slice = get("discovery.k8s.io", "endpointslices", "default", "kubernetes");
            assertThat(slice.strings("endpoints[0].addresses")).containsExactly("192.168.7.9");
            assertThat(slice.string("ports[0].name")).isEqualTo("https");
            var endpoints = get("", "endpoints", "default", "kubernetes");
            assertThat(endpoints.string("subsets[0].addresses[0].ip")).isEqualTo("192.168.7.9");
            assertThat(
                            get(
                                            "",
                                            "configmaps",
                                            "kube-system",
                                            "extension-apiserver-authentication")
                                    .stringMap("data"))
                    .containsEntry("client-ca-file", "CA\n");
            assertThat(get("", "configmaps", "kube-public", "cluster-info").stringMap("data"))
                    .containsKey("kubeconfig");
            var lease =
                    get("coordination.k8s.io", "leases", "kube-system", IdentityLease.name("box"));
            assertThat(lease.intValue("spec.leaseDurationSeconds", 0)).isEqualTo(3600);
            assertThat(
                            get("scheduling.k8s.io", "priorityclasses", "", "system-node-critical")
                                    .intValue("value", 0))
                    .isEqualTo(2000001000);
            assertThat(
                            get("networking.k8s.io", "servicecidrs", "", "kubernetes")
                                    .string("status.conditions[0].type"))
                    .isEqualTo("Ready");
            assertThat(
                            lookup.list(
                                    new GroupResource(
                                            "flowcontrol.apiserver.k8s.io", "flowschemas"),
                                    ""))
                    .hasSize(11);
            var core = get("apiregistration.k8s.io", "apiservices", "", "v1.");
            assertThat(core.intValue("spec.groupPriorityMinimum", 0)).isEqualTo(18000);
            assertThat(core.intValue("spec.versionPriority", 0)).isEqualTo(1);
            assertThat(core.stringMap("metadata.labels"))
                    .containsEntry("kube-aggregator.kubernetes.io/automanaged", "onstart");
            var scaling = get("apiregistration.k8s.io", "apiservices", "", "v2.autoscaling");
            assertThat(scaling.intValue("spec.versionPriority", 0)).isEqualTo(30);
            assertThat(leases()).containsExactly("/registry/masterleases/192.168.7.9");
        }
        assertThat(leases()).as("gone with the server").isEmpty();
    }

    private List<String> leases() throws InterruptedException {
        var range = store.range(RangeRequest.prefix(Bytes.of("/registry/masterleases/"), 0, 0));
        return ((RangeResult.Found) range)
                .records().stream().map(record -> record.key().toString()).toList();
    }

    @Test
    void secondStartOnlyRenews() throws Exception {
        try (var first = bootstrap()) {
            first.run();
        }
        writer.writes.clear();
        try (var second = bootstrap()) {
            second.run();
        }
        assertThat(writer.writes)
                .containsExactly("update leases kube-system/" + IdentityLease.name("box"));
    }

    @Test
    void rolesGetMissingRulesBackUnlessProtected() throws Exception {
        try (var first = bootstrap()) {
            first.run();
        }
        var roles = new GroupResource("rbac.authorization.k8s.io", "clusterroles");
        var key = ObjectKey.clusterScoped("system:basic-user");
        var role = lookup.get(roles, key).orElseThrow().copy();
        role.ensureList("rules").clear();
        lookup.put("clusterroles.rbac.authorization.k8s.io", role);
        try (var second = bootstrap()) {
            second.run();
        }
        assertThat(lookup.get(roles, key).orElseThrow().trees("rules")).isNotEmpty();
        var kept = lookup.get(roles, key).orElseThrow().copy();
        kept.ensureList("rules").clear();
        kept.ensureMap("metadata.annotations")
                .put("rbac.authorization.kubernetes.io/autoupdate", "false");
        lookup.put("clusterroles.rbac.authorization.k8s.io", kept);
        try (var third = bootstrap()) {
            third.run();
        }
        assertThat(lookup.get(roles, key).orElseThrow().trees("rules")).isEmpty();
    }

    @Test
    void identityIsUpstreams() {
        // python: base64.b32encode(hashlib.sha256(b"box").digest()[:16]).lower().rstrip("=")
        assertThat(IdentityLease.name("box")).isEqualTo("apiserver-e34fm7zfnemcffgd7jnz7hfse4");
    }
}
