package io.j8s.apiserver.allocation;

import io.j8s.apiserver.registry.WriteHook;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.names.IpRules;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Gives Services their cluster IPs and node ports around each write (upstream:
/// `pkg/registry/core/service/storage/alloc.go`). What is reserved for a write that fails is given
/// back; should the process die in between, [AllocationRepair] finds it.
public final class ServiceAllocation implements WriteHook {

    private final ClusterIps ips;
    private final NodePorts ports;

    public ServiceAllocation(ClusterIps ips, NodePorts ports) {
        this.ips = ips;
        this.ports = ports;
    }

    @Override
    public Reservation beginCreate(RequestContext context, Tree service, boolean dryRun)
            throws InterruptedException {
        ServiceFields.normalize(service, null);
        return allocate(service, null, dryRun);
    }

    @Override
    public Reservation beginUpdate(RequestContext context, Tree old, Tree service, boolean dryRun)
            throws InterruptedException {
        ServiceFields.normalize(service, old);
        ServiceFields.keepAllocated(service, old);
        ServiceFields.dropUnneeded(service, old);
        return allocate(service, old, dryRun);
    }

    @Override
    public void afterDelete(Tree service) throws InterruptedException {
        for (var ip : ServiceFields.clusterIps(service)) {
            ips.release(ip);
        }
        for (int port : ServiceFields.nodePorts(service)) {
            ports.release(port);
        }
    }

    private Reservation allocate(Tree service, @Nullable Tree old, boolean dryRun)
            throws InterruptedException {
        var errors = new FieldErrors();
        new ServiceFamilies(ips.defaultFamily(), ips.families()).fill(service, old, errors);
        refuse(service, errors);
        var held = new Held(service, old, dryRun);
        try {
            held.takeIps();
            held.takePorts();
            held.takeHealthCheckPort();
            return held;
        } catch (ApiException | InterruptedException e) {
            held.cancel();
            throw e;
        }
    }

    private static void refuse(Tree service, FieldErrors errors) {
        if (!errors.isEmpty()) {
            throw new ApiException(
                    new ApiError.Invalid(
                            "", "Service", service.string("metadata.name", ""), errors.list()));
        }
    }

    private static ApiException internal(String text) {
        return new ApiException(new ApiError.Internal(text));
    }

    /// What one write holds so far; used by one thread.
    private final class Held implements Reservation {

        private final Tree service;
        private final boolean dryRun;
        private final ObjectKey key;
        private final List<String> takenIps = new ArrayList<>();
        private final List<Integer> takenPorts = new ArrayList<>();
        private final List<String> oldIps;
        private final List<Integer> oldPorts;

        Held(Tree service, @Nullable Tree old, boolean dryRun) {
            this.service = service;
            this.dryRun = dryRun;
            this.key =
                    new ObjectKey(
                            service.string("metadata.namespace", ""),
                            service.string("metadata.name", ""));
            this.oldIps = old == null ? List.of() : ServiceFields.clusterIps(old);
            this.oldPorts = old == null ? List.of() : List.copyOf(ServiceFields.nodePorts(old));
        }

        void takeIps() throws InterruptedException {
            if (!ServiceFields.needsClusterIp(service) || ServiceFields.isHeadless(service)) {
                return;
            }
            var wanted = new ArrayList<>(service.strings("spec.clusterIPs"));
            var families = service.strings("spec.ipFamilies");
            for (int i = 0; i < families.size(); i++) {
                boolean isNamed = i < wanted.size() && !wanted.get(i).isEmpty();
                if (isNamed) {
                    takeNamed(wanted.get(i));
                } else {
                    add(wanted, i, takeAny(families.get(i)));
                }
            }
            if (!wanted.isEmpty()) {
                service.set("spec.clusterIPs", wanted);
                service.set("spec.clusterIP", wanted.getFirst());
            }
        }

        private static void add(List<String> wanted, int index, String ip) {
            if (index < wanted.size()) {
                wanted.set(index, ip);
            } else {
                wanted.add(ip);
            }
        }

        private void takeNamed(String ip) throws InterruptedException {
            if (oldIps.contains(ip) || IpRules.bytes(ip).isEmpty()) {
                return; // already its own; or no address at all, which validation refuses
            }
            try {
                ips.take(key, ip, dryRun);
            } catch (AllocationException e) {
                var errors = new FieldErrors();
                errors.invalid(
                        "spec.clusterIPs",
                        ServiceFamilies.printed(service.strings("spec.clusterIPs")),
                        "failed to allocate IP " + ip + ": " + e.getMessage());
                refuse(service, errors);
            }
            takenIps.add(ip);
        }

        private String takeAny(String family) throws InterruptedException {
            try {
                var ip = ips.takeAny(key, family, dryRun);
                takenIps.add(ip);
                return ip;
            } catch (AllocationException e) {
                throw internal("failed to allocate a serviceIP: " + e.getMessage());
            }
        }

        void takePorts() throws InterruptedException {
            if (!ServiceFields.needsNodePorts(service)) {
                takeNamedPorts();
                return;
            }
            Map<Integer, Integer> byPort = new HashMap<>();
            takeNamedPorts();
            for (var port : service.trees("spec.ports")) {
                int nodePort = port.intValue("nodePort", 0);
                if (nodePort != 0) {
                    byPort.putIfAbsent(port.intValue("port", 0), nodePort);
                }
            }
            for (var port : service.trees("spec.ports")) {
                if (port.intValue("nodePort", 0) == 0) {
                    port.set("nodePort", (long) shared(port, byPort));
                }
            }
        }

        /// Ports of one number share a node port as far as their protocols differ (upstream: DNS).
        private int shared(Tree port, Map<Integer, Integer> byPort) throws InterruptedException {
            var known = byPort.get(port.intValue("port", 0));
            if (known != null && isFree(port, known)) {
                return known;
            }
            int any = anyPort("failed to allocate a nodePort: ");
            byPort.putIfAbsent(port.intValue("port", 0), any);
            return any;
        }

        private boolean isFree(Tree wanted, int nodePort) {
            for (var port : service.trees("spec.ports")) {
                if (port.intValue("nodePort", 0) == nodePort
                        && port.string("protocol", "TCP")
                                .equals(wanted.string("protocol", "TCP"))) {
                    return false;
                }
            }
            return true;
        }

        private void takeNamedPorts() throws InterruptedException {
            var all = service.trees("spec.ports");
            for (int i = 0; i < all.size(); i++) {
                int nodePort = all.get(i).intValue("nodePort", 0);
                if (nodePort == 0 || oldPorts.contains(nodePort) || takenPorts.contains(nodePort)) {
                    continue;
                }
                try {
                    ports.take(nodePort, dryRun);
                } catch (AllocationException e) {
                    var errors = new FieldErrors();
                    errors.invalid(
                            "spec.ports[" + i + "].nodePort",
                            nodePort,
                            String.valueOf(e.getMessage()));
                    refuse(service, errors);
                }
                takenPorts.add(nodePort);
            }
        }

        private int anyPort(String failure) throws InterruptedException {
            try {
                int any;
                do {
                    any = ports.takeAny(dryRun);
                } while (dryRun && takenPorts.contains(any)); // nothing marks it as taken then
                takenPorts.add(any);
                return any;
            } catch (AllocationException e) {
                throw internal(failure + e.getMessage());
            }
        }

        void takeHealthCheckPort() throws InterruptedException {
            if (!ServiceFields.needsHealthCheckPort(service)) {
                return;
            }
            int wanted = service.intValue("spec.healthCheckNodePort", 0);
            if (wanted == 0) {
                int any = anyPort("failed to allocate a HealthCheck NodePort 0: ");
                service.set("spec.healthCheckNodePort", (long) any);
                return;
            }
            if (oldPorts.contains(wanted) || takenPorts.contains(wanted)) {
                return;
            }
            try {
                ports.take(wanted, dryRun);
                takenPorts.add(wanted);
            } catch (AllocationException e) {
                throw internal(
                        "failed to allocate requested HealthCheck NodePort %d: %s"
                                .formatted(wanted, e.getMessage()));
            }
        }

        @Override
        public void commit() throws InterruptedException {
            if (dryRun) {
                return;
            }
            var nowIps = ServiceFields.clusterIps(service);
            for (var ip : oldIps) {
                if (!nowIps.contains(ip)) {
                    ips.release(ip);
                }
            }
            var nowPorts = ServiceFields.nodePorts(service);
            for (int port : oldPorts) {
                if (!nowPorts.contains(port)) {
                    ports.release(port);
                }
            }
        }

        @Override
        public void cancel() throws InterruptedException {
            if (dryRun) {
                return;
            }
            for (var ip : takenIps) {
                ips.release(ip);
            }
            for (int port : takenPorts) {
                ports.release(port);
            }
        }
    }
}
