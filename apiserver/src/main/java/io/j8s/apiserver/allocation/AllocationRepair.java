package io.j8s.apiserver.allocation;

import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.quantity.Timestamps;
import io.j8s.machinery.timers.Timers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;

/// Finds addresses and ports that no Service holds any more or that a Service holds without being
/// marked, as a crash between two writes leaves them (upstream: the repair controllers of
/// `ipallocator` and `portallocator`). One run at a time, on the given executor.
public final class AllocationRepair implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(AllocationRepair.class);
    private static final GroupResource SERVICES = new GroupResource("", "services");
    private static final Duration INTERVAL = Duration.ofMinutes(3); // upstream: repairPeriod
    private static final int LEAK_RUNS = 3; // upstream: numRepairsBeforeLeakCleanup
    private static final Duration GRACE = Duration.ofMinutes(1); // a create may be under way

    private final ClusterIps ips;
    private final NodePorts ports;
    private final Lookup lookup;
    private final Timers timers;
    private final Executor executor;
    private final Map<Integer, Integer> leaks = new HashMap<>();
    private volatile boolean isClosed;

    public AllocationRepair(
            ClusterIps ips, NodePorts ports, Lookup lookup, Timers timers, Executor executor) {
        this.ips = ips;
        this.ports = ports;
        this.lookup = lookup;
        this.timers = timers;
        this.executor = executor;
    }

    /// Runs once now and then again and again.
    public void start() {
        executor.execute(this::runAndRepeat);
    }

    @Override
    public void close() {
        isClosed = true;
    }

    private void runAndRepeat() {
        if (isClosed) {
            return;
        }
        try {
            run();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return;
        } catch (RuntimeException e) {
            log.atWarn().setCause(e).log("repair of service allocations failed");
        }
        timers.schedule(INTERVAL, executor, this::runAndRepeat);
    }

    /// One repair.
    synchronized void run() throws InterruptedException {
        var services = lookup.list(SERVICES, "");
        repairAddresses(services);
        repairPorts(services);
    }

    private void repairAddresses(List<Tree> services) throws InterruptedException {
        var owners = new HashMap<String, ObjectKey>();
        for (var service : services) {
            for (var ip : ServiceFields.clusterIps(service)) {
                owners.put(ip, key(service));
            }
        }
        for (var owner : owners.entrySet()) {
            if (!ips.isTaken(owner.getKey())) {
                restore(owner.getValue(), owner.getKey());
            }
        }
        for (var address : lookup.list(ClusterIps.ADDRESSES.groupResource(), "")) {
            if (isOurs(address) && isLeaked(address, owners)) {
                ips.release(address.string("metadata.name", ""));
                log.atInfo()
                        .addKeyValue("ip", address.string("metadata.name", ""))
                        .log("gave back a cluster IP that no service holds");
            }
        }
    }

    private void restore(ObjectKey service, String ip) throws InterruptedException {
        try {
            if (ips.create(service, ip)) {
                log.atInfo()
                        .addKeyValue("service", service)
                        .addKeyValue("ip", ip)
                        .log("marked a cluster IP that a service holds");
            }
        } catch (ApiException e) {
            log.atWarn().addKeyValue("ip", ip).setCause(e).log("cannot mark a cluster IP");
        }
    }

    private static boolean isOurs(Tree address) {
        return "ipallocator.k8s.io"
                .equals(
                        address.stringMap("metadata.labels")
                                .get("ipaddress.kubernetes.io/managed-by"));
    }

    private boolean isLeaked(Tree address, Map<String, ObjectKey> owners) {
        var owner = owners.get(address.string("metadata.name", ""));
        var named =
                new ObjectKey(
                        address.string("spec.parentRef.namespace", ""),
                        address.string("spec.parentRef.name", ""));
        if (named.equals(owner)) {
            return false;
        }
        return Timestamps.parse(address.string("metadata.creationTimestamp", ""))
                .map(made -> made.plus(GRACE).isBefore(timers.now()))
                .orElse(true);
    }

    private void repairPorts(List<Tree> services) throws InterruptedException {
        Set<Integer> held = new HashSet<>();
        services.forEach(service -> held.addAll(ServiceFields.nodePorts(service)));
        var bitmap = ports.bitmap();
        var gone = new ArrayList<Integer>();
        for (int port = ports.first(); port <= ports.last(); port++) {
            if (held.contains(port) || !ports.isTaken(bitmap, port)) {
                leaks.remove(port);
            } else if (leaks.merge(port, 1, Integer::sum) >= LEAK_RUNS) {
                leaks.remove(port);
                gone.add(port);
            }
        }
        ports.repair(held, gone);
    }

    private static ObjectKey key(Tree service) {
        return new ObjectKey(
                service.string("metadata.namespace", ""), service.string("metadata.name", ""));
    }
}
