package io.j8s.apiserver.allocation;

import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.registry.Writer;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.names.IpRules;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Cluster IPs as `IPAddress` objects below the ServiceCIDRs (upstream:
/// `pkg/registry/core/service/ipallocator`). The object's creation is the reservation, so several
/// API servers agree through the store. Safe for use by many threads.
public final class ClusterIps {

    static final GroupVersionResource ADDRESSES =
            new GroupVersionResource("networking.k8s.io", "v1", "ipaddresses");
    static final GroupResource CIDRS = new GroupResource("networking.k8s.io", "servicecidrs");
    private static final GroupVersionKind ADDRESS =
            new GroupVersionKind("networking.k8s.io", "v1", "IPAddress");

    private final List<IpRange> configured;
    private final Lookup lookup;
    private final Writer writer;
    private final UserInfo self;
    private final Schema schema;
    private final RandomGenerator random;

    /// @param cidrs `--service-cluster-ip-range`, the first being the default family's
    /// @param self the API server's own identity
    public ClusterIps(
            List<String> cidrs,
            Lookup lookup,
            Writer writer,
            UserInfo self,
            Schema schema,
            RandomGenerator random) {
        this.configured = cidrs.stream().map(IpRange::of).toList();
        this.lookup = lookup;
        this.writer = writer;
        this.self = self;
        this.schema = schema;
        this.random = random;
    }

    String defaultFamily() {
        return configured.getFirst().family();
    }

    /// The families that the cluster gives addresses of, the default one first.
    Set<String> families() {
        var out = new LinkedHashSet<String>();
        configured.forEach(range -> out.add(range.family()));
        return out;
    }

    /// The first address of each configured range, for the Service `kubernetes`.
    public List<String> firstAddresses() {
        return configured.stream().map(IpRange::first).toList();
    }

    List<String> configuredCidrs() {
        return configured.stream().map(IpRange::text).toList();
    }

    private List<IpRange> ranges() {
        Map<String, IpRange> out = new LinkedHashMap<>();
        configured.forEach(range -> out.put(range.text(), range));
        for (var cidr : lookup.list(CIDRS, "")) {
            boolean isDefault = cidr.string("metadata.name", "").equals("kubernetes");
            if (isDefault || cidr.has("metadata.deletionTimestamp") || !isReady(cidr)) {
                continue;
            }
            cidr.strings("spec.cidrs").forEach(text -> out.put(text, IpRange.of(text)));
        }
        return new ArrayList<>(out.values());
    }

    private static boolean isReady(Tree cidr) {
        for (var condition : cidr.trees("status.conditions")) {
            if (condition.string("type", "").equals("Ready")) {
                return condition.string("status", "").equals("True");
            }
        }
        return false;
    }

    /// Reserves one named address for a Service.
    void take(ObjectKey service, String ip, boolean dryRun)
            throws AllocationException, InterruptedException {
        var canonical = IpRules.bytes(ip).map(IpRules::print).orElse(ip);
        var home = ranges().stream().filter(range -> range.spans(canonical)).findFirst();
        if (home.isEmpty()) {
            throw new AllocationException(AllocationException.OTHER_NETWORK);
        }
        if (!home.get().contains(canonical)) {
            throw new AllocationException(
                    "the provided IP (%s) is not in the valid range. The range of valid IPs is %s"
                            .formatted(canonical, home.get().text()));
        }
        if (dryRun ? isTaken(canonical) : !create(service, canonical)) {
            throw new AllocationException(AllocationException.IP_TAKEN);
        }
    }

    /// Reserves any free address of a family.
    String takeAny(ObjectKey service, String family, boolean dryRun)
            throws AllocationException, InterruptedException {
        boolean hasFamily = false;
        for (var range : ranges()) {
            if (!range.family().equals(family)) {
                continue;
            }
            hasFamily = true;
            var search = new Search(service, range, dryRun);
            var found = range.band().take(random, search::tries);
            search.confirm();
            if (found.isPresent()) {
                return range.print(found.get());
            }
        }
        throw new AllocationException(
                hasFamily ? AllocationException.FULL : AllocationException.OTHER_NETWORK);
    }

    /// Carries an interruption out of a predicate.
    private final class Search {

        private final ObjectKey service;
        private final IpRange range;
        private final boolean dryRun;
        private boolean isInterrupted;

        Search(ObjectKey service, IpRange range, boolean dryRun) {
            this.service = service;
            this.range = range;
            this.dryRun = dryRun;
        }

        boolean tries(BigInteger number) {
            var ip = range.print(number);
            if (isInterrupted || isTaken(ip)) {
                return false;
            }
            try {
                return dryRun || create(service, ip);
            } catch (InterruptedException _) {
                isInterrupted = true;
                return false;
            }
        }

        void confirm() throws InterruptedException {
            if (isInterrupted) {
                throw new InterruptedException("interrupted while allocating a cluster IP");
            }
        }
    }

    boolean isTaken(String ip) {
        return lookup.get(ADDRESSES.groupResource(), ObjectKey.clusterScoped(ip)).isPresent();
    }

    /// @return false when somebody else has it
    boolean create(ObjectKey service, String ip) throws InterruptedException {
        try {
            writer.create(self, ADDRESSES, address(service, ip));
            return true;
        } catch (ApiException e) {
            if (e.error() instanceof ApiError.AlreadyExists) {
                return false;
            }
            throw e;
        }
    }

    private Tree address(ObjectKey service, String ip) {
        var type = schema.find(ADDRESS);
        if (type == null) {
            throw new IllegalStateException("no schema of " + ADDRESS);
        }
        var out = new Tree(type);
        out.set("apiVersion", ADDRESS.apiVersion()).set("kind", ADDRESS.kind());
        out.set("metadata.name", ip);
        out.ensureMap("metadata.labels")
                .put("ipaddress.kubernetes.io/ip-family", IpRules.isIpv6(ip) ? "IPv6" : "IPv4")
                .put("ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io");
        out.set("spec.parentRef.resource", "services");
        out.set("spec.parentRef.namespace", service.namespace());
        out.set("spec.parentRef.name", service.name());
        return out;
    }

    /// Gives an address back; one that nobody holds is fine.
    void release(String ip) throws InterruptedException {
        var canonical = IpRules.bytes(ip).map(IpRules::print).orElse(ip);
        try {
            writer.delete(self, ADDRESSES, ObjectKey.clusterScoped(canonical));
        } catch (ApiException e) {
            if (!(e.error() instanceof ApiError.NotFound)) {
                throw e;
            }
        }
    }
}
