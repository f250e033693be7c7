package io.j8s.controllers.policy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Discovery;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.quantity.Quantity;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Counts anew what a namespace uses of its quotas (upstream: `pkg/controller/resourcequota`).
/// Admission adds what is created; only here does the number go down again.
public final class ResourceQuotaController implements Controller {

    private static final Duration GATHER = Duration.ofMillis(500);

    /// Old spellings of the generic object counts.
    private static final Map<String, String> ALIASES =
            Map.of(
                    "configmaps", "count/configmaps",
                    "secrets", "count/secrets",
                    "replicationcontrollers", "count/replicationcontrollers",
                    "resourcequotas", "count/resourcequotas");

    private final Api api;
    private final Timers timers;
    private final Duration resync;
    private final Informers informers;
    private final Map<GroupVersionResource, Informer<?>> watched = new ConcurrentHashMap<>();
    private final Informer<ResourceQuota> quotas;
    private final Informer<Pod> pods;
    private final Informer<Service> services;
    private final Informer<PersistentVolumeClaim> claims;
    private final Informer<ResourceClaim> devices;
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;

    public ResourceQuotaController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.resync = context.config().quotaSyncPeriod();
        this.informers = context.informers();
        this.quotas = context.informer(Kinds.RESOURCE_QUOTAS);
        this.pods = context.informer(Kinds.PODS);
        this.services = context.informer(Kinds.SERVICES);
        this.claims = context.informer(Kinds.CLAIMS);
        this.devices = context.informer(Kinds.RESOURCE_CLAIMS);
        this.queue = context.queue("resourcequota_primary");
        this.loops = List.of(context.loop(queue, this::reconcile, 5));
        quotas.onChange((before, after) -> {
            if (after != null && (before == null || !before.getSpec().equals(after.getSpec()))) {
                queue.add(Meta.key(after));
            }
        });
        pods.onChange((before, after) -> {
            if (before != null && (after == null || isFreeing(before, after))) {
                freed(before);
            }
        });
        services.onChange((before, _) -> freed(before));
        claims.onChange((before, _) -> freed(before));
        listen(devices);
    }

    /// Whether a change can lower what is used (upstream: `DefaultUpdateFilter`).
    private boolean isFreeing(Pod before, Pod after) {
        return PodCharge.isResized(before, after)
                || QuotaUsage.isTerminating(before) != QuotaUsage.isTerminating(after)
                || (QuotaUsage.counts(before, timers.now())
                        && !QuotaUsage.counts(after, timers.now()));
    }

    /// Hears of deletions of what a quota counts, from its first count on. A resource that went and
    /// came back has another informer than before.
    private void watchDeletions(Discovery.Resource counted) {
        var informer = informers.of(counted.resource(), counted.kind(), counted.isNamespaced());
        if (watched.put(counted.resource(), informer) != informer) {
            listen(informer);
        }
    }

    private <T extends HasMetadata> void listen(Informer<T> informer) {
        informer.onChange((before, after) -> {
            if (after == null) {
                freed(before);
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private void freed(@Nullable HasMetadata object) {
        if (object != null) {
            quotas.inNamespace(Meta.namespace(object))
                    .forEach(quota -> queue.addAfter(Meta.key(quota), GATHER));
        }
    }

    Outcome reconcile(ObjectKey key) {
        var found = quotas.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        var quota = found.get();
        var hard = quota.getSpec().getHard();
        if (hard == null || hard.isEmpty()) {
            return Outcome.DONE;
        }
        var used = used(quota, key.namespace());
        var status = quota.getStatus();
        boolean same =
                status != null && hard.equals(status.getHard()) && used.equals(status.getUsed());
        if (!same) {
            api.updateStatus(
                    Kinds.RESOURCE_QUOTAS,
                    new ResourceQuotaBuilder(quota)
                            .withNewStatus()
                            .withHard(hard)
                            .withUsed(used)
                            .endStatus()
                            .build());
        }
        return new Outcome.Again(resync);
    }

    private Map<String, io.fabric8.kubernetes.api.model.Quantity> used(
            ResourceQuota quota, String namespace) {
        var now = timers.now();
        var total = new HashMap<String, Quantity>();
        for (var pod : pods.inNamespace(namespace)) {
            if (QuotaUsage.covers(quota, pod)) {
                QuotaUsage.add(total, QuotaUsage.pod(pod, now));
            }
        }
        for (var claim : claims.inNamespace(namespace)) {
            if (QuotaUsage.covers(quota, claim)) {
                QuotaUsage.add(total, QuotaUsage.claim(claim));
            }
        }
        boolean scoped = QuotaUsage.isScoped(quota);
        if (!scoped) {
            services.inNamespace(namespace)
                    .forEach(s -> QuotaUsage.add(total, QuotaUsage.service(s)));
            devices.inNamespace(namespace)
                    .forEach(c -> QuotaUsage.add(total, QuotaUsage.devices(c)));
        }
        var used = new TreeMap<String, io.fabric8.kubernetes.api.model.Quantity>();
        for (var name : quota.getSpec().getHard().keySet()) {
            var counted = ALIASES.getOrDefault(name, name);
            if (counted.startsWith("count/") && !scoped && !total.containsKey(counted)) {
                total.put(counted, QuotaUsage.count(countObjects(counted, namespace)));
            }
            var amount = total.getOrDefault(counted, Quantity.ZERO);
            used.put(name, io.fabric8.kubernetes.api.model.Quantity.parse(amount.toString()));
        }
        return used;
    }

    /// @param counted `count/PLURAL` or `count/PLURAL.GROUP`
    private long countObjects(String counted, String namespace) {
        var resource = counted.substring("count/".length());
        int dot = resource.indexOf('.');
        var plural = dot < 0 ? resource : resource.substring(0, dot);
        var group = dot < 0 ? "" : resource.substring(dot + 1);
        for (var known : Discovery.preferred(api).resources()) {
            if (known.resource().group().equals(group)
                    && known.resource().resource().equals(plural)
                    && known.isNamespaced()) {
                watchDeletions(known);
                var kind =
                        new Kind<>(
                                GenericKubernetesResource.class,
                                group,
                                known.resource().version(),
                                plural,
                                known.kind(),
                                true,
                                true);
                return api.list(kind, Api.Query.all(namespace)).items().size();
            }
        }
        return 0;
    }
}
