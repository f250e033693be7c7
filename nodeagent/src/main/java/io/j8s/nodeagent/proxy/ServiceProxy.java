package io.j8s.nodeagent.proxy;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.instance.InstanceId;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.nftables.NftSocket;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// Keeps the host's rules in step with Services and EndpointSlices.
///
/// Informer handlers only note which Services changed; one thread plans those anew and applies the
/// difference, so that a change costs by its own size, not by the number of Services. When a batch
/// is refused, or somebody else has touched our rules, everything is rebuilt in one batch. Stopping
/// leaves the rules in place: connections go on.
public final class ServiceProxy implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ServiceProxy.class);
    private static final String SERVICE_NAME = "kubernetes.io/service-name";
    private static final String SERVICE_INDEX = "service";
    // one look at several changes that come together, such as a Service and its slices
    private static final Duration GATHER = Duration.ofMillis(2);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(10);

    /// Where the proxy works: in every family that has a range of both kinds.
    ///
    /// @param clusterCidrs addresses of pods, at most one a family
    /// @param serviceCidrs addresses of Services
    public record Settings(
            InstanceId instance,
            String nodeName,
            List<String> clusterCidrs,
            List<String> serviceCidrs) {
        public Settings {
            clusterCidrs = List.copyOf(clusterCidrs);
            serviceCidrs = List.copyOf(serviceCidrs);
        }
    }

    private final Settings settings;
    private final Timers timers;
    private final Informer<Service> services;
    private final Informer<EndpointSlice> slices;
    private final Informer<Node> nodes;
    private final Set<ObjectKey> changed = new LinkedHashSet<>();
    private final CompletableFuture<Void> synced = new CompletableFuture<>();
    private final NftSocket nft;
    private boolean isWorking; // guarded by `changed`
    private boolean isCheckDue; // guarded by `changed`
    private boolean isClosed; // guarded by `changed`
    private Timers.@Nullable Scheduled nextCheck; // guarded by `changed`
    private @Nullable Thread worker;

    // owned by the worker
    private final List<FamilyRules> families = new ArrayList<>();
    private final HealthCheckServers healthChecks = new HealthCheckServers();

    public ServiceProxy(Settings settings, Informers informers, Timers timers) {
        this(settings, informers, timers, NftSocket.ofHost(), Conntrack.ofHost());
    }

    ServiceProxy(
            Settings settings,
            Informers informers,
            Timers timers,
            NftSocket nft,
            Conntrack conntrack) {
        this.settings = settings;
        this.timers = timers;
        this.nft = nft;
        services = informers.of(Kinds.SERVICES);
        slices = informers.of(Kinds.ENDPOINT_SLICES);
        nodes = informers.of(Kinds.NODES);
        slices.index(SERVICE_INDEX, slice -> List.of(serviceOf(slice).toString()));
        for (var family : Family.values()) {
            var pods = first(settings.clusterCidrs(), family);
            var ips = first(settings.serviceCidrs(), family);
            if (pods.isPresent() && ips.isPresent()) {
                var table = Table.of(settings.instance(), family);
                families.add(new FamilyRules(table, pods.get(), ips.get(), nft, conntrack));
            }
        }
    }

    private static Optional<String> first(List<String> ranges, Family family) {
        return ranges.stream().filter(range -> Family.of(range) == family).findFirst();
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
        nodes.onChange((before, after) -> {
            boolean isMoved =
                    after != null
                            && before != null
                            && Meta.name(after).equals(settings.nodeName())
                            && !zone(before).equals(zone(after));
            if (isMoved) {
                services.list().forEach(service -> note(Meta.key(service)));
            }
        });
        // not a virtual one: the kernel keeps it while it changes rules
        worker = Thread.ofPlatform().daemon().name("service proxy").start(this::run);
        scheduleCheck();
    }

    /// Completes when all Services known at the start have their rules.
    public CompletableFuture<Void> synced() {
        return synced;
    }

    /// Whether the rules say everything that the informers do.
    public boolean isSettled() {
        synchronized (changed) {
            return changed.isEmpty() && !isWorking;
        }
    }

    @Override
    public synchronized void close() {
        if (worker != null) {
            worker.interrupt();
        }
        synchronized (changed) {
            isClosed = true;
            if (nextCheck != null) {
                nextCheck.close();
            }
        }
        healthChecks.close();
    }

    private static String zone(Node node) {
        return Meta.labels(node).getOrDefault("topology.kubernetes.io/zone", "");
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

    private void scheduleCheck() {
        synchronized (changed) {
            if (!isClosed) {
                nextCheck = timers.schedule(CHECK_INTERVAL, Runnable::run, this::askForCheck);
            }
        }
    }

    private void askForCheck() {
        synchronized (changed) {
            isCheckDue = true;
            changed.notifyAll();
        }
        scheduleCheck();
    }

    private void run() {
        try (nft) {
            services.synced().join();
            slices.synced().join();
            nodes.synced().join();
            while (true) {
                syncOrRetry(take());
                synchronized (changed) {
                    isWorking = false;
                }
                synced.complete(null);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            log.atWarn().setCause(e).log("could not close the line to nftables");
        }
    }

    private Set<ObjectKey> take() throws InterruptedException {
        synchronized (changed) {
            // the first time there is a frame to build even without Services
            while (changed.isEmpty()
                    && !isCheckDue
                    && families.stream().allMatch(FamilyRules::frameStands)) {
                changed.wait();
            }
        }
        timers.sleep(GATHER);
        synchronized (changed) {
            var taken = new HashSet<>(changed);
            changed.clear();
            isWorking = true;
            return taken;
        }
    }

    @SuppressWarnings("CatchingUnchecked") // an edge: whatever fails, the rules are built anew
    private void syncOrRetry(Set<ObjectKey> keys) throws InterruptedException {
        try {
            check();
            sync(keys);
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception failed) {
            log.atError()
                    .setCause(failed)
                    .log("service rules could not be applied, building them anew");
            families.forEach(FamilyRules::startOver);
            timers.sleep(RETRY);
        }
    }

    /// Notices when our rules were flushed or deleted. That costs one question as long as nobody
    /// changes any rule on this host.
    private void check() throws IOException {
        synchronized (changed) {
            if (!isCheckDue) {
                return;
            }
            isCheckDue = false;
        }
        if (!nft.hasForeignChanges()) {
            return;
        }
        for (var family : families) {
            if (!family.isIntact()) {
                log.atWarn()
                        .addKeyValue("family", family.family())
                        .log("somebody else changed the service rules, building them anew");
                family.startOver();
            }
        }
    }

    private void sync(Set<ObjectKey> keys) throws IOException, InterruptedException {
        var zone = nodes.get(ObjectKey.clusterScoped(settings.nodeName())).map(ServiceProxy::zone);
        for (var family : families) {
            var wanted = new LinkedHashSet<>(keys);
            if (!family.frameStands()) {
                wanted.addAll(family.known());
                services.list().forEach(service -> wanted.add(Meta.key(service)));
            }
            var fresh = new HashMap<ObjectKey, List<ServicePort>>();
            for (var key : wanted) {
                fresh.put(
                        key,
                        services.get(key)
                                .map(service -> ports(service, family.family()))
                                .orElse(List.of()));
            }
            family.sync(fresh, settings.nodeName(), zone.orElse(""));
        }
        for (var key : keys) {
            checkHealth(key);
        }
    }

    private List<ServicePort> ports(Service service, Family family) {
        var own = slices.byIndex(SERVICE_INDEX, Meta.key(service).toString());
        return ServicePorts.of(service, own, settings.nodeName(), family);
    }

    /// Counts local endpoints that take new connections, each address once.
    private void checkHealth(ObjectKey key) {
        var service = services.get(key);
        int port = service.map(ServicePorts::healthCheckPort).orElse(0);
        var local = new HashSet<String>();
        if (port != 0) {
            for (var family : families) {
                ports(service.get(), family.family()).stream()
                        .flatMap(each -> each.endpoints().stream())
                        .filter(endpoint -> endpoint.isLocal() && endpoint.isReady())
                        .forEach(endpoint -> local.add(endpoint.ip()));
            }
        }
        healthChecks.set(key, port, local.size());
    }
}
