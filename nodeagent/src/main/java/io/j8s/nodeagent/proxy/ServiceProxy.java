package io.j8s.nodeagent.proxy;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.instance.InstanceId;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/// Keeps the host's rules in step with Services and EndpointSlices.
///
/// Informer handlers only note which Services changed; one thread plans those anew and applies the
/// difference, so that a change costs by its own size, not by the number of Services. When a batch
/// is refused everything is rebuilt. Stopping leaves the rules in place: connections go on.
public final class ServiceProxy implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ServiceProxy.class);
    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final String SERVICE_INDEX = "service";
    // one look at several changes that come together, such as a Service and its slices
    private static final Duration GATHER = Duration.ofMillis(10);
    private static final Duration RETRY = Duration.ofSeconds(1);

    /// Where the proxy works.
    ///
    /// @param zone label `topology.kubernetes.io/zone` of the node; empty for none
    public record Settings(
            InstanceId instance,
            String nodeName,
            String zone,
            String clusterCidr,
            String serviceCidr) {}

    private final Settings settings;
    private final Nft nft;
    private final Conntrack conntrack;
    private final Timers timers;
    private final String table;
    private final Informer<Service> services;
    private final Informer<EndpointSlice> slices;
    private final Set<ObjectKey> changed = new LinkedHashSet<>();
    private final CompletableFuture<Void> synced = new CompletableFuture<>();
    private @Nullable Thread worker;

    // owned by the worker
    private final Map<ObjectKey, List<ServicePort>> ports = new HashMap<>();
    private final Map<ObjectKey, RuleSet> planned = new HashMap<>();
    private boolean frameStands;

    public ServiceProxy(Settings settings, Informers informers, Timers timers) {
        this(settings, informers, timers, Nft.ofHost(), Conntrack.ofHost());
    }

    ServiceProxy(
            Settings settings, Informers informers, Timers timers, Nft nft, Conntrack conntrack) {
        this.settings = settings;
        this.nft = nft;
        this.conntrack = conntrack;
        this.timers = timers;
        table = ServiceRules.table(settings.instance());
        services = informers.of(Kinds.SERVICES);
        slices = informers.of(Kinds.ENDPOINT_SLICES);
        slices.index(SERVICE_INDEX, slice -> List.of(serviceOf(slice).toString()));
    }

    /// Returns at once; [#synced] tells when the first rules stand.
    public synchronized void start() {
        services.onChange((before, after) -> note(keyOf(before, after)));
        slices.onChange((before, after) -> {
            if (before != null) {
                note(serviceOf(before));
            }
            if (after != null) {
                note(serviceOf(after));
            }
        });
        worker = Thread.ofVirtual().name("service proxy").start(this::run);
    }

    /// Completes when all Services known at the start have their rules.
    public CompletableFuture<Void> synced() {
        return synced;
    }

    @Override
    public synchronized void close() {
        if (worker != null) {
            worker.interrupt();
        }
    }

    private static ObjectKey keyOf(@Nullable Service before, @Nullable Service after) {
        if (after != null) {
            return Meta.key(after);
        }
        if (before != null) {
            return Meta.key(before);
        }
        throw new IllegalStateException("a change without an object");
    }

    private static ObjectKey serviceOf(EndpointSlice slice) {
        return new ObjectKey(
                Meta.namespace(slice), Meta.labels(slice).getOrDefault(SERVICE_NAME, ""));
    }

    private void note(ObjectKey service) {
        synchronized (changed) {
            changed.add(service);
            changed.notifyAll();
        }
    }

    private void run() {
        try {
            services.synced().join();
            slices.synced().join();
            while (true) {
                syncOrRetry(take());
                synced.complete(null);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private Set<ObjectKey> take() throws InterruptedException {
        synchronized (changed) {
            // the first time there is a frame to build even without Services
            while (changed.isEmpty() && frameStands) {
                changed.wait();
            }
        }
        timers.sleep(GATHER);
        synchronized (changed) {
            var taken = new HashSet<>(changed);
            changed.clear();
            return taken;
        }
    }

    @SuppressWarnings("CatchingUnchecked") // an edge: whatever fails, the rules are built anew
    private void syncOrRetry(Set<ObjectKey> keys) throws InterruptedException {
        try {
            sync(keys);
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception failed) {
            log.atError()
                    .setCause(failed)
                    .addKeyValue("table", table)
                    .log("service rules could not be applied, building them anew");
            frameStands = false;
            timers.sleep(RETRY);
        }
    }

    private void sync(Set<ObjectKey> keys) throws InterruptedException {
        if (!frameStands) {
            nft.apply(Frame.create(table, settings.clusterCidr(), settings.serviceCidr()));
            frameStands = true;
            keys.addAll(planned.keySet());
            services.list().forEach(service -> keys.add(Meta.key(service)));
            planned.clear();
        }
        var from = RuleSet.empty();
        var to = RuleSet.empty();
        var fresh = new HashMap<ObjectKey, List<ServicePort>>();
        for (ObjectKey key : keys) {
            var before = planned.get(key);
            if (before != null) {
                from.addAll(before);
            }
            var service = services.get(key).orElse(null);
            fresh.put(key, service == null ? List.of() : plan(service));
            var rules = rules(fresh.getOrDefault(key, List.of()));
            to.addAll(rules);
            planned.put(key, rules);
        }
        apply(NftScript.change(table, from, to));
        apply(NftScript.cleanUp(table, from, to));
        for (var entry : fresh.entrySet()) {
            forgetFlows(ports.getOrDefault(entry.getKey(), List.of()), entry.getValue());
            if (entry.getValue().isEmpty()) {
                ports.remove(entry.getKey());
                planned.remove(entry.getKey());
            } else {
                ports.put(entry.getKey(), entry.getValue());
            }
        }
    }

    private void apply(String script) throws InterruptedException {
        if (!script.isEmpty()) {
            nft.apply(script);
        }
    }

    private List<ServicePort> plan(Service service) {
        var own = slices.byIndex(SERVICE_INDEX, Meta.key(service).toString());
        return ServicePorts.of(service, own, settings.nodeName());
    }

    private RuleSet rules(List<ServicePort> servicePorts) {
        var all = RuleSet.empty();
        for (ServicePort port : servicePorts) {
            all.addAll(
                    ServiceRules.of(
                            port, settings.nodeName(), settings.zone(), settings.clusterCidr()));
            port.clusterIps().forEach(ip -> all.element("cluster-ips", ip, ""));
        }
        return all;
    }

    private void forgetFlows(List<ServicePort> before, List<ServicePort> after)
            throws InterruptedException {
        for (ServicePort old : before) {
            if (!old.protocol().equals("udp")) {
                continue;
            }
            var now =
                    after.stream()
                            .filter(port -> port.name().equals(old.name()))
                            .flatMap(port -> port.endpoints().stream())
                            .filter(Endpoint::isServing)
                            .map(Endpoint::ip)
                            .collect(Collectors.toSet());
            for (Endpoint endpoint : old.endpoints()) {
                if (endpoint.isServing() && !now.contains(endpoint.ip())) {
                    for (String ip : old.clusterIps()) {
                        conntrack.forget(ip, endpoint.ip());
                    }
                }
            }
            if (!now.isEmpty() && old.endpoints().stream().noneMatch(Endpoint::isServing)) {
                for (String ip : old.clusterIps()) {
                    conntrack.forgetUntranslated(ip, old.port());
                }
            }
        }
    }
}
