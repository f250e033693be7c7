package io.j8s.controllers.policy;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodAffinityTerm;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ScopedResourceSelectorRequirement;
import io.fabric8.kubernetes.api.model.ScopedResourceSelectorRequirementBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.workload.PodRules;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What objects use up of a quota, pure (upstream: `pkg/quota/v1/evaluator/core`).
final class QuotaUsage {

    private static final Set<String> NATIVE = Set.of("cpu", "memory", "ephemeral-storage");
    private static final long DEVICES_MAX = 32; // upstream: AllocationResultsMaxSize
    private static final String OF_DEVICES = ".deviceclass.resource.k8s.io/devices";
    private static final String OF_CLASS = ".storageclass.storage.k8s.io/";

    private QuotaUsage() {}

    /// Adds one object's use.
    static void add(Map<String, Quantity> total, Map<String, Quantity> use) {
        use.forEach((name, amount) -> total.merge(name, amount, Quantity::plus));
    }

    static Map<String, Quantity> pod(Pod pod, Instant now) {
        var use = new HashMap<String, Quantity>();
        use.put("count/pods", one());
        if (!counts(pod, now)) {
            return use;
        }
        use.put("pods", one());
        var requests = PodCharge.requests(pod);
        var limits = PodCharge.limits(pod);
        requests.forEach((name, amount) -> {
            if (NATIVE.contains(name) || name.startsWith("hugepages-")) {
                use.put(name, amount);
            }
            if (NATIVE.contains(name) || name.startsWith("hugepages-") || name.contains("/")) {
                use.put("requests." + name, amount);
            }
        });
        limits.forEach((name, amount) -> {
            if (NATIVE.contains(name)) {
                use.put("limits." + name, amount);
            }
        });
        return use;
    }

    /// Ended pods use nothing, nor do those that should long be gone.
    static boolean counts(Pod pod, Instant now) {
        if (PodRules.isTerminal(pod)) {
            return false;
        }
        var deletion = Meta.time(pod.getMetadata().getDeletionTimestamp());
        var grace = pod.getMetadata().getDeletionGracePeriodSeconds();
        return deletion == null || grace == null || !now.isAfter(deletion.plusSeconds(grace));
    }

    static Quantity parse(io.fabric8.kubernetes.api.model.Quantity quantity) {
        return Quantity.parse(quantity.toString());
    }

    static Map<String, Quantity> service(Service service) {
        var use = new HashMap<String, Quantity>();
        use.put("count/services", one());
        use.put("services", one());
        var type = Meta.orEmpty(service.getSpec().getType());
        int ports = service.getSpec().getPorts().size();
        if (type.equals("NodePort")) {
            use.put("services.nodeports", count(ports));
        } else if (type.equals("LoadBalancer")) {
            boolean without =
                    Boolean.FALSE.equals(service.getSpec().getAllocateLoadBalancerNodePorts());
            long used =
                    service.getSpec().getPorts().stream()
                            .filter(p -> Meta.orZero(p.getNodePort()) != 0)
                            .count();
            use.put("services.nodeports", count(without ? used : ports));
            use.put("services.loadbalancers", one());
        }
        return use;
    }

    static Map<String, Quantity> claim(PersistentVolumeClaim claim) {
        var use = new HashMap<String, Quantity>();
        use.put("count/persistentvolumeclaims", one());
        use.put("persistentvolumeclaims", one());
        var asked = storage(claim);
        if (asked != null) {
            use.put("requests.storage", asked);
        }
        var annotation = Meta.annotations(claim).get("volume.beta.kubernetes.io/storage-class");
        var name = annotation != null ? annotation : claim.getSpec().getStorageClassName();
        if (name != null && !name.isEmpty()) {
            use.put(name + OF_CLASS + "persistentvolumeclaims", one());
            if (asked != null) {
                use.put(name + OF_CLASS + "requests.storage", asked);
            }
        }
        return use;
    }

    /// Devices by class; of several choices each class counts with the most that it may come to.
    static Map<String, Quantity> devices(ResourceClaim claim) {
        var use = new HashMap<String, Quantity>();
        use.put("count/resourceclaims.resource.k8s.io", one());
        var devices = claim.getSpec().getDevices();
        if (devices == null) {
            return use;
        }
        for (var request : devices.getRequests()) {
            var most = new HashMap<String, Long>();
            var exactly = request.getExactly();
            if (exactly != null) {
                most.put(
                        exactly.getDeviceClassName(),
                        devices(exactly.getAllocationMode(), exactly.getCount()));
            } else {
                request.getFirstAvailable()
                        .forEach(choice ->
                                most.merge(
                                        choice.getDeviceClassName(),
                                        devices(choice.getAllocationMode(), choice.getCount()),
                                        Math::max));
            }
            most.forEach(
                    (name, number) -> use.merge(name + OF_DEVICES, count(number), Quantity::plus));
        }
        return use;
    }

    private static long devices(@Nullable String mode, @Nullable Long count) {
        return switch (Meta.orEmpty(mode)) {
            case "ExactCount" -> count == null ? 0 : count;
            case "All" -> DEVICES_MAX;
            default -> 0; // upstream: a mode of some later version
        };
    }

    /// A volume that has been grown counts with what was promised for it, in whole bytes.
    private static @Nullable Quantity storage(PersistentVolumeClaim claim) {
        var resources = claim.getSpec().getResources();
        var asked =
                resources == null || resources.getRequests() == null
                        ? null
                        : resources.getRequests().get("storage");
        if (asked == null) {
            return null;
        }
        var amount = parse(asked);
        var status = claim.getStatus();
        var promised =
                status == null || status.getAllocatedResources() == null
                        ? null
                        : status.getAllocatedResources().get("storage");
        return promised != null && parse(promised).compareTo(amount) > 0
                ? parse(promised).whole()
                : amount.whole();
    }

    static Quantity one() {
        return count(1);
    }

    static Quantity count(long number) {
        return Quantity.of(number, Quantity.Format.DECIMAL_SI);
    }

    /// Whether a quota's scopes cover the pod.
    static boolean covers(ResourceQuota quota, Pod pod) {
        return scopes(quota).stream().allMatch(rule -> matches(rule, pod));
    }

    /// Whether a quota's scopes cover the claim: only those of its attributes' classes can.
    static boolean covers(ResourceQuota quota, PersistentVolumeClaim claim) {
        return scopes(quota).stream()
                .allMatch(rule ->
                        rule.getScopeName().equals("VolumeAttributesClass")
                                && matchesAny(rule, attributesClasses(claim)));
    }

    /// The class that is asked for, the one that holds and the one that is on its way.
    private static Set<String> attributesClasses(PersistentVolumeClaim claim) {
        var names = new HashSet<String>();
        names.add(claim.getSpec().getVolumeAttributesClassName());
        var status = claim.getStatus();
        if (status != null) {
            names.add(status.getCurrentVolumeAttributesClassName());
            if (status.getModifyVolumeStatus() != null) {
                names.add(status.getModifyVolumeStatus().getTargetVolumeAttributesClassName());
            }
        }
        names.remove(null);
        names.remove("");
        return names;
    }

    private static boolean matchesAny(ScopedResourceSelectorRequirement rule, Set<String> names) {
        return names.isEmpty()
                ? matchesName(rule, null)
                : names.stream().anyMatch(name -> matchesName(rule, name));
    }

    private static List<ScopedResourceSelectorRequirement> scopes(ResourceQuota quota) {
        var rules = new ArrayList<ScopedResourceSelectorRequirement>();
        quota.getSpec()
                .getScopes()
                .forEach(scope ->
                        rules.add(
                                new ScopedResourceSelectorRequirementBuilder()
                                        .withScopeName(scope)
                                        .withOperator("Exists")
                                        .build()));
        if (quota.getSpec().getScopeSelector() != null) {
            rules.addAll(quota.getSpec().getScopeSelector().getMatchExpressions());
        }
        return rules;
    }

    /// Whether the pod ends by itself at some time.
    static boolean isTerminating(Pod pod) {
        var deadline = pod.getSpec().getActiveDeadlineSeconds();
        return deadline != null && deadline >= 0;
    }

    private static boolean matches(ScopedResourceSelectorRequirement rule, Pod pod) {
        return switch (rule.getScopeName()) {
            case "Terminating" -> isTerminating(pod);
            case "NotTerminating" -> !isTerminating(pod);
            case "BestEffort" -> isBestEffort(pod);
            case "NotBestEffort" -> !isBestEffort(pod);
            case "PriorityClass" -> matchesName(rule, pod.getSpec().getPriorityClassName());
            case "CrossNamespacePodAffinity" -> reachesOtherNamespaces(pod);
            default -> false;
        };
    }

    private static boolean matchesName(
            ScopedResourceSelectorRequirement rule, @Nullable String name) {
        boolean has = name != null && !name.isEmpty();
        return switch (rule.getOperator()) {
            case "Exists" -> has;
            case "DoesNotExist" -> !has;
            case "In" -> has && rule.getValues().contains(name);
            case "NotIn" -> !has || !rule.getValues().contains(name);
            default -> false;
        };
    }

    private static boolean isBestEffort(Pod pod) {
        var containers =
                Stream.concat(
                        pod.getSpec().getContainers().stream(),
                        pod.getSpec().getInitContainers().stream());
        return Stream.concat(
                        Stream.of(Optional.ofNullable(pod.getSpec().getResources())),
                        containers.map(c -> Optional.ofNullable(c.getResources())))
                .flatMap(Optional::stream)
                .flatMap(r -> Stream.of(PodCharge.amounts(r, false), PodCharge.amounts(r, true)))
                .flatMap(map -> map.entrySet().stream())
                .noneMatch(e ->
                        (e.getKey().equals("cpu") || e.getKey().equals("memory"))
                                && e.getValue().signum() > 0);
    }

    private static boolean reachesOtherNamespaces(Pod pod) {
        var affinity = pod.getSpec().getAffinity();
        if (affinity == null) {
            return false;
        }
        var terms = new ArrayList<PodAffinityTerm>();
        if (affinity.getPodAffinity() != null) {
            terms.addAll(
                    affinity.getPodAffinity().getRequiredDuringSchedulingIgnoredDuringExecution());
            affinity.getPodAffinity()
                    .getPreferredDuringSchedulingIgnoredDuringExecution()
                    .forEach(term -> terms.add(term.getPodAffinityTerm()));
        }
        if (affinity.getPodAntiAffinity() != null) {
            terms.addAll(
                    affinity.getPodAntiAffinity()
                            .getRequiredDuringSchedulingIgnoredDuringExecution());
            affinity.getPodAntiAffinity()
                    .getPreferredDuringSchedulingIgnoredDuringExecution()
                    .forEach(term -> terms.add(term.getPodAffinityTerm()));
        }
        return terms.stream()
                .anyMatch(t -> !t.getNamespaces().isEmpty() || t.getNamespaceSelector() != null);
    }

    /// Whether the quota limits only what its scopes cover: objects that have none it does not
    /// count.
    static boolean isScoped(ResourceQuota quota) {
        return !quota.getSpec().getScopes().isEmpty() || quota.getSpec().getScopeSelector() != null;
    }

    /// The resources named `count/PLURAL.GROUP` that need a count of objects.
    static List<String> counted(ResourceQuota quota) {
        return quota.getSpec().getHard().keySet().stream()
                .filter(name -> name.startsWith("count/"))
                .toList();
    }
}
