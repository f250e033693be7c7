package io.j8s.apiserver.plugins.quota;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.plugins.ResourceAmounts;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.registry.Writer;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// Keeps namespaces within their ResourceQuotas: reserves usage in each quota's status before an
/// object is stored (upstream: `apiserver/pkg/admission/plugin/resourcequota`). Writers of one
/// namespace take turns; other servers are met as conflicts and retried.
public final class ResourceQuotaPlugin implements AdmissionPlugin {

    private static final GroupVersionResource QUOTAS =
            new GroupVersionResource("", "v1", "resourcequotas");
    private static final int LOCKS = 64;
    private static final int ATTEMPTS_MAX = 8;

    /// Upstream lets updates change only the usage of these, besides that of pods.
    private static final Set<String> UPDATED = Set.of("services", "persistentvolumeclaims");

    /// Upstream: DefaultIgnoredResources.
    private static final Set<String> IGNORED =
            Set.of(
                    "bindings",
                    "events",
                    "events.events.k8s.io",
                    "localsubjectaccessreviews.authorization.k8s.io");

    private static final Set<String> MUST_BE_SET =
            Set.of(
                    "cpu",
                    "memory",
                    "requests.cpu",
                    "requests.memory",
                    "limits.cpu",
                    "limits.memory");

    private final Lookup lookup;
    private final Writer writer;
    private final UserInfo self;
    private final List<ReentrantLock> locks = new ArrayList<>();

    /// @param self the API server's own identity
    public ResourceQuotaPlugin(Lookup lookup, Writer writer, UserInfo self) {
        this.lookup = lookup;
        this.writer = writer;
        this.self = self;
        for (int i = 0; i < LOCKS; i++) {
            locks.add(new ReentrantLock());
        }
    }

    @Override
    public String name() {
        return "ResourceQuota";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        if (attributes.key().namespace().isEmpty() || attributes.object() == null) {
            return false;
        }
        var resource = attributes.resource().groupResource().toString();
        boolean isUpdate = attributes.operation() == Operation.UPDATE;
        return switch (attributes.subresource()) {
            case "" ->
                    !IGNORED.contains(resource)
                            && (attributes.operation() == Operation.CREATE
                                    || (isUpdate && isChangedBy(attributes, resource)));
            case "resize" -> isUpdate && resource.equals("pods");
            case "status" -> isUpdate && resource.equals("persistentvolumeclaims");
            default -> false;
        };
    }

    /// Whether an update can change what the object counts for.
    private static boolean isChangedBy(AdmissionAttributes attributes, String resource) {
        if (!resource.equals("pods")) {
            return UPDATED.contains(resource);
        }
        var old = attributes.old();
        return old != null
                && Scopes.isTerminating(old)
                        != Scopes.isTerminating(Objects.requireNonNull(attributes.object()));
    }

    @Override
    public void validate(AdmissionAttributes attributes) throws InterruptedException {
        var namespace = attributes.key().namespace();
        if (lookup.list(QUOTAS.groupResource(), namespace).isEmpty()) {
            return;
        }
        var lock = locks.get(Math.floorMod(namespace.hashCode(), LOCKS));
        lock.lockInterruptibly();
        try {
            reserve(attributes, namespace);
        } finally {
            lock.unlock();
        }
    }

    /// All quotas are checked before any is written.
    private void reserve(AdmissionAttributes attributes, String namespace)
            throws InterruptedException {
        var names = new ArrayList<String>();
        for (var quota : lookup.list(QUOTAS.groupResource(), namespace)) {
            var fresh = fresh(namespace, quota.string("metadata.name", ""));
            if (fresh != null && plan(attributes, fresh) != null) {
                names.add(quota.string("metadata.name", ""));
            }
        }
        if (attributes.dryRun()) {
            return;
        }
        for (var name : names) {
            charge(attributes, namespace, name);
        }
    }

    private @Nullable Tree fresh(String namespace, String name) throws InterruptedException {
        return lookup.getFresh(QUOTAS.groupResource(), new ObjectKey(namespace, name))
                .map(Tree::copy)
                .orElse(null);
    }

    private void charge(AdmissionAttributes attributes, String namespace, String name)
            throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            var quota = fresh(namespace, name);
            var changed = quota == null ? null : plan(attributes, quota);
            if (changed == null) {
                return;
            }
            try {
                writer.update(self, QUOTAS, "status", changed);
                return;
            } catch (ApiException e) {
                boolean isRace =
                        e.error() instanceof ApiError.Conflict
                                || e.error() instanceof ApiError.NotFound;
                if (!isRace || attempt == ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
    }

    /// The quota with this request's usage added; null when it is not concerned.
    ///
    /// @throws ApiException when the request does not fit
    private static @Nullable Tree plan(AdmissionAttributes attributes, Tree quota) {
        var resource = attributes.resource().groupResource();
        var object = Objects.requireNonNull(attributes.object());
        if (!Scopes.matches(quota, resource, object)) {
            return null;
        }
        var hard = ResourceAmounts.at(quota, "status.hard");
        var used = ResourceAmounts.at(quota, "status.used");
        var usage = Usage.of(resource, object);
        var limited = limitedNames(hard, usage.keySet(), resource);
        if (limited.isEmpty()) {
            return null;
        }
        var name = quota.string("metadata.name", "");
        checkConstraints(attributes, resource, object, limited, name);
        var unknown = new TreeSet<String>();
        for (var limit : limited) {
            if (!used.containsKey(limit)) {
                unknown.add(limit);
            }
        }
        if (!unknown.isEmpty()) {
            throw refusal(
                    attributes,
                    "status unknown for quota: %s, resources: %s"
                            .formatted(name, String.join(",", unknown)));
        }
        var delta = delta(attributes, quota, resource, usage);
        var requested = ResourceAmounts.mask(delta, hard.keySet());
        requested.values().removeIf(Quantity::isZero);
        if (requested.isEmpty()) {
            return null;
        }
        if (!attributes.subresource().equals("status")) { // what is told cannot be refused
            checkFits(attributes, name, requested, used, hard);
        }
        var total = new TreeMap<>(used);
        ResourceAmounts.add(total, requested);
        requested
                .keySet()
                .forEach(key ->
                        quota.ensureMap("status.used")
                                .put(key, Objects.requireNonNull(total.get(key)).toString()));
        return quota;
    }

    /// What of the quota this kind counts for; a pod counts for cpu even when it names none. As
    /// upstream, a quota limits nothing until its controller has seen it.
    private static Set<String> limitedNames(
            Map<String, Quantity> hard, Set<String> usage, GroupResource resource) {
        var out = new TreeSet<String>();
        for (var name : hard.keySet()) {
            if (usage.contains(name)
                    || (resource.toString().equals("pods") && MUST_BE_SET.contains(name))) {
                out.add(name);
            }
        }
        return out;
    }

    private static void checkConstraints(
            AdmissionAttributes attributes,
            GroupResource resource,
            Tree pod,
            Set<String> limited,
            String quota) {
        if (!resource.toString().equals("pods") || hasPodLevel(pod)) {
            return;
        }
        var missing = new TreeMap<String, TreeSet<String>>();
        for (var path : List.of("spec.containers", "spec.initContainers")) {
            for (var container : pod.trees(path)) {
                var set =
                        Usage.compute(
                                ResourceAmounts.at(container, "resources.requests"),
                                ResourceAmounts.at(container, "resources.limits"));
                for (var name : limited) {
                    if (MUST_BE_SET.contains(name) && !set.containsKey(name)) {
                        missing.computeIfAbsent(name, _ -> new TreeSet<>())
                                .add(container.string("name", ""));
                    }
                }
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        var texts = new ArrayList<String>();
        missing.forEach(
                (name, containers) -> texts.add(name + " for: " + String.join(",", containers)));
        throw refusal(
                attributes,
                "failed quota: %s: must specify %s".formatted(quota, String.join("; ", texts)));
    }

    /// Who says what the pod needs as a whole need not say it of each container.
    private static boolean hasPodLevel(Tree pod) {
        return Stream.of("spec.resources.requests", "spec.resources.limits")
                .flatMap(path -> ResourceAmounts.at(pod, path).keySet().stream())
                .anyMatch(ResourceAmounts::isPodLevel);
    }

    private static SortedMap<String, Quantity> delta(
            AdmissionAttributes attributes,
            Tree quota,
            GroupResource resource,
            SortedMap<String, Quantity> usage) {
        var old = attributes.old();
        if (attributes.operation() != Operation.UPDATE
                || old == null
                || !Scopes.matches(quota, resource, old)) {
            return usage;
        }
        return ResourceAmounts.excess(usage, Usage.of(resource, old));
    }

    private static void checkFits(
            AdmissionAttributes attributes,
            String name,
            SortedMap<String, Quantity> requested,
            SortedMap<String, Quantity> used,
            SortedMap<String, Quantity> hard) {
        var exceeded = new TreeSet<String>();
        requested.forEach((key, amount) -> {
            var total = used.getOrDefault(key, Quantity.ZERO).plus(amount);
            if (total.compareTo(hard.getOrDefault(key, Quantity.ZERO)) > 0) {
                exceeded.add(key);
            }
        });
        if (!exceeded.isEmpty()) {
            throw refusal(
                    attributes,
                    "exceeded quota: %s, requested: %s, used: %s, limited: %s"
                            .formatted(
                                    name,
                                    ResourceAmounts.print(
                                            ResourceAmounts.mask(requested, exceeded)),
                                    ResourceAmounts.print(ResourceAmounts.mask(used, exceeded)),
                                    ResourceAmounts.print(ResourceAmounts.mask(hard, exceeded))));
        }
    }

    private static ApiException refusal(AdmissionAttributes attributes, String cause) {
        var object = Objects.requireNonNull(attributes.object());
        var name = attributes.key().name();
        return new ApiException(
                new ApiError.Forbidden(
                        attributes.resource().groupResource(),
                        name.isEmpty() ? object.string("metadata.name", "") : name,
                        cause));
    }
}
