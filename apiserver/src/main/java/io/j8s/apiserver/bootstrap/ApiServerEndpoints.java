package io.j8s.apiserver.bootstrap;

import io.j8s.apiserver.schema.ProtobufCodec;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.StoreException;
import io.j8s.storage.model.Txn;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Keeps the endpoints of Service `kubernetes` to the API servers that live: each writes its
/// address under a lease, and all write what they find there (upstream:
/// `controlplane/reconcilers/lease.go`). Used by one thread at a time.
final class ApiServerEndpoints {

    private static final String PREFIX = "/registry/masterleases/";
    private static final Duration TTL =
            Duration.ofSeconds(15); // upstream: MasterEndpointReconcilerTTL
    private static final GroupVersionKind ENDPOINTS = new GroupVersionKind("", "v1", "Endpoints");
    private static final GroupVersionKind SLICE =
            new GroupVersionKind("discovery.k8s.io", "v1", "EndpointSlice");
    private static final ObjectKey KUBERNETES = new ObjectKey("default", "kubernetes");

    private final BootstrapConfig config;
    private final Ensure ensure;
    private final Store store;
    private long lease;

    ApiServerEndpoints(BootstrapConfig config, Ensure ensure, Store store) {
        this.config = config;
        this.ensure = ensure;
        this.store = store;
    }

    /// Says that this server lives, and writes the endpoints of all that do.
    void refresh() throws InterruptedException {
        if (lease == 0 || !store.keepAlive(lease)) {
            register();
        }
        var addresses = living();
        if (addresses.isEmpty()) {
            register();
            addresses = living();
        }
        var endpoints = endpoints(addresses);
        ensure.exists(
                new GroupVersionResource("", "v1", "endpoints"),
                endpoints,
                found -> adopt(found, endpoints, "subsets"));
        var slice = slice(addresses);
        ensure.exists(
                new GroupVersionResource("discovery.k8s.io", "v1", "endpointslices"),
                slice,
                found -> {
                    var changed = adopt(found, slice, "endpoints");
                    return changed == null
                            ? adopt(found, slice, "ports")
                            : changed.keep("ports", slice);
                });
    }

    private void register() throws InterruptedException {
        lease = store.grantLease(TTL);
        var own = ensure.object(ENDPOINTS, new ObjectKey("", config.advertiseAddress()));
        own.remove("metadata.name");
        own.ensureList("subsets")
                .addTree()
                .ensureList("addresses")
                .addTree()
                .set("ip", config.advertiseAddress());
        own.remove("apiVersion").remove("kind");
        var put =
                new Op.Put(
                        Bytes.of(PREFIX + config.advertiseAddress()),
                        Bytes.wrap(ProtobufCodec.write(own, ENDPOINTS)),
                        lease,
                        false);
        store.txn(new Txn(List.of(), List.of(put), List.of()));
    }

    private Set<String> living() throws InterruptedException {
        var out = new TreeSet<String>();
        var range = RangeRequest.prefix(Bytes.of(PREFIX), 0, 0);
        if (store.range(range) instanceof RangeResult.Found found) {
            found.records()
                    .forEach(record -> out.add(record.key().toString().substring(PREFIX.length())));
        }
        return out;
    }

    /// Says that this server goes, at an orderly end.
    void leave() throws InterruptedException {
        if (lease != 0) {
            try {
                store.revokeLease(lease);
            } catch (StoreException.Unavailable _) {
                // it ends by itself
            }
            lease = 0;
        }
    }

    private static @Nullable Tree adopt(Tree found, Tree wanted, String field) {
        return found.semanticallyEquals(wanted, field) ? null : found.keep(field, wanted);
    }

    private Tree endpoints(Set<String> addresses) {
        var out = ensure.object(ENDPOINTS, KUBERNETES);
        // the slice below is ours: it must not be mirrored from these
        out.ensureMap("metadata.labels").put("endpointslice.kubernetes.io/skip-mirror", "true");
        var subset = out.ensureList("subsets").addTree();
        addresses.forEach(ip -> subset.ensureList("addresses").addTree().set("ip", ip));
        port(subset.ensureList("ports").addTree());
        return out;
    }

    private Tree slice(Set<String> addresses) {
        var out = ensure.object(SLICE, KUBERNETES);
        out.ensureMap("metadata.labels").put("kubernetes.io/service-name", "kubernetes");
        out.set("addressType", config.advertiseAddress().indexOf(':') >= 0 ? "IPv6" : "IPv4");
        for (var ip : addresses) {
            var endpoint = out.ensureList("endpoints").addTree();
            endpoint.set("addresses", List.of(ip)).set("conditions.ready", true);
        }
        port(out.ensureList("ports").addTree());
        return out;
    }

    private void port(Tree port) {
        port.set("name", "https").set("port", (long) config.port()).set("protocol", "TCP");
    }
}
