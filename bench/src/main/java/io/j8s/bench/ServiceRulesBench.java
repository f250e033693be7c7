package io.j8s.bench;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.machinery.instance.InstanceId;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.nodeagent.proxy.ServiceProxy;

import org.HdrHistogram.Histogram;

import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// What Services cost the service proxy: the time until the rules of all of them stand, and of one
/// change among them, from the informer's event to the rule. Real nftables, and every rule of this
/// host is left alone: run it in a network namespace (`unshare --net`), as root.
///
///     bench/service-rules [SERVICES] [CHANGES] [sticky]
///
/// With `sticky` every Service has session affinity. Every other change takes an endpoint away or
/// brings it back, so it changes rules and elements.
public final class ServiceRulesBench {

    private static final int ENDPOINTS = 3;
    private static final Duration LOOK_INTERVAL = Duration.ofNanos(200_000);

    private ServiceRulesBench() {}

    public static void main(String[] args) throws Exception {
        int services = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        int changes = args.length > 1 ? Integer.parseInt(args[1]) : 200;
        boolean isSticky = args.length > 2 && args[2].equals("sticky");
        PrintStream out = System.out;
        try (var timers = new SystemTimers()) {
            var informers = new Informers(noApi(), timers, RandomGenerator.getDefault());
            var settings =
                    new ServiceProxy.Settings(
                            new InstanceId("0badbeef"),
                            "n1",
                            List.of("10.42.0.0/16"),
                            List.of("10.43.0.0/16"));
            for (int round = 0; round < 3; round++) {
                try (var proxy = new ServiceProxy(settings, informers, timers)) {
                    fill(informers, services, isSticky);
                    var cost = ProcessCost.now();
                    long began = timers.nanoTime();
                    proxy.start();
                    proxy.synced().get(2, TimeUnit.MINUTES);
                    long took = timers.nanoTime() - began;
                    out.printf(
                            "load of %d services with %d endpoints each: %d ms, %d ms of CPU"
                                    + " (target 3000)%n",
                            services,
                            ENDPOINTS,
                            took / 1_000_000,
                            (ProcessCost.now().cpuMicros() - cost.cpuMicros()) / 1000);
                    change(proxy, informers, services, changes, timers, out);
                }
            }
            out.printf("RSS %d MiB%n", ProcessCost.now().residentMiB());
        }
    }

    private static void change(
            ServiceProxy proxy,
            Informers informers,
            int services,
            int changes,
            SystemTimers timers,
            PrintStream out)
            throws InterruptedException {
        var histogram = new Histogram(3);
        var cost = ProcessCost.now();
        for (int i = 0; i < changes; i++) {
            int service = i * 37 % services;
            long began = timers.nanoTime();
            informers.of(Kinds.ENDPOINT_SLICES).put(slice(service, i + 2, ENDPOINTS - i % 2));
            while (!proxy.isSettled()) {
                timers.sleep(LOOK_INTERVAL);
            }
            histogram.recordValue((timers.nanoTime() - began) / 1000);
        }
        out.printf(
                "one change among them: p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms"
                        + " (target 10), %.1f ms of CPU each%n",
                histogram.getValueAtPercentile(50) / 1000.0,
                histogram.getValueAtPercentile(90) / 1000.0,
                histogram.getValueAtPercentile(99) / 1000.0,
                histogram.getMaxValue() / 1000.0,
                (ProcessCost.now().cpuMicros() - cost.cpuMicros()) / 1000.0 / changes);
    }

    private static void fill(Informers informers, int count, boolean isSticky) {
        var services = new ArrayList<Service>();
        var slices = new ArrayList<EndpointSlice>();
        for (int i = 0; i < count; i++) {
            services.add(service(i, isSticky));
            slices.add(slice(i, 1, ENDPOINTS));
        }
        informers.of(Kinds.NODES).replace(List.of(), "");
        informers.of(Kinds.SERVICES).replace(services, "");
        informers.of(Kinds.ENDPOINT_SLICES).replace(slices, "");
    }

    private static Service service(int number, boolean isSticky) {
        var ip = "10.43.%d.%d".formatted(1 + number / 250, 1 + number % 250);
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("s" + number)
                .withUid("u" + number)
                .withResourceVersion("1")
                .endMetadata()
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP(ip)
                .withClusterIPs(ip)
                .withSessionAffinity(isSticky ? "ClientIP" : "None")
                .addNewPort()
                .withPort(80)
                .withProtocol("TCP")
                .endPort()
                .endSpec()
                .build();
    }

    private static EndpointSlice slice(int number, int version, int endpoints) {
        var builder =
                new EndpointSliceBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName("s" + number + "-1")
                        .withUid("e" + number)
                        .withResourceVersion(Integer.toString(version))
                        .addToLabels("kubernetes.io/service-name", "s" + number)
                        .endMetadata()
                        .withAddressType("IPv4")
                        .addNewPort()
                        .withName("")
                        .withPort(8080)
                        .withProtocol("TCP")
                        .endPort();
        for (int i = 0; i < endpoints; i++) {
            int at = number * ENDPOINTS + i;
            builder.addNewEndpoint()
                    .withAddresses("10.42.%d.%d".formatted(at / 250 % 250 + 1, 1 + at % 250))
                    .withNodeName("n" + i)
                    .withNewConditions()
                    .withReady(true)
                    .withServing(true)
                    .endConditions()
                    .endEndpoint();
        }
        return builder.build();
    }

    /// The informers are filled by hand.
    private static Api noApi() {
        return (Api)
                Proxy.newProxyInstance(
                        ServiceRulesBench.class.getClassLoader(),
                        new Class<?>[] {Api.class},
                        (_, method, _) -> {
                            throw new IllegalStateException("asked the API: " + method.getName());
                        });
    }
}
