package io.j8s.apiserver.plugins.quota;

import io.j8s.apiserver.plugins.ResourceAmounts;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.quantity.Quantity;
import io.j8s.machinery.quantity.Quantity.Format;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// What an object counts for in quotas (upstream: `pkg/quota/v1/evaluator/core`). Pure.
public final class Usage {

    private static final Quantity ONE = Quantity.of(1, Format.DECIMAL_SI);
    private static final long DEVICES_MAX = 32; // upstream: AllocationResultsMaxSize
    private static final Set<String> SIMPLE = Set.of("cpu", "memory", "ephemeral-storage");

    /// Core resources that may be counted by their bare names too.
    private static final Set<String> ALIASED =
            Set.of(
                    "pods",
                    "services",
                    "persistentvolumeclaims",
                    "configmaps",
                    "secrets",
                    "replicationcontrollers",
                    "resourcequotas",
                    "resourceclaims");

    private Usage() {}

    /// Usage of one object of a resource.
    public static SortedMap<String, Quantity> of(GroupResource resource, Tree object) {
        var out = new TreeMap<String, Quantity>();
        out.put("count/" + resource, ONE);
        if (resource.toString().equals("resourceclaims.resource.k8s.io")) {
            addDevices(out, object);
        }
        if (!resource.group().isEmpty()) {
            return out;
        }
        switch (resource.resource()) {
            case "pods" -> addPod(out, object);
            case "services" -> addService(out, object);
            case "persistentvolumeclaims" -> addClaim(out, object);
            default -> {
                if (ALIASED.contains(resource.resource())) {
                    out.put(resource.resource(), ONE);
                }
            }
        }
        return out;
    }

    private static void addPod(SortedMap<String, Quantity> out, Tree pod) {
        var phase = pod.string("status.phase", "");
        if (phase.equals("Failed") || phase.equals("Succeeded")) {
            return; // a finished pod counts as an object only
        }
        out.put("pods", ONE);
        ResourceAmounts.add(out, compute(PodCharge.requests(pod), PodCharge.limits(pod)));
    }

    /// What requests and limits count for, under all the names a quota may use.
    static SortedMap<String, Quantity> compute(
            Map<String, Quantity> requests, Map<String, Quantity> limits) {
        var out = new TreeMap<String, Quantity>();
        requests.forEach((name, amount) -> {
            if (SIMPLE.contains(name) || name.startsWith("hugepages-")) {
                out.put(name, amount);
                out.put("requests." + name, amount);
            } else if (name.indexOf('/') >= 0) {
                out.put("requests." + name, amount);
            }
        });
        limits.forEach((name, amount) -> {
            if (SIMPLE.contains(name)) {
                out.put("limits." + name, amount);
            }
        });
        return out;
    }

    private static void addService(SortedMap<String, Quantity> out, Tree service) {
        out.put("services", ONE);
        long ports = service.trees("spec.ports").size();
        long nodePorts = 0;
        long balancers = 0;
        switch (service.string("spec.type", "")) {
            case "NodePort" -> nodePorts = ports;
            case "LoadBalancer" -> {
                balancers = 1;
                nodePorts =
                        service.bool("spec.allocateLoadBalancerNodePorts", true)
                                ? ports
                                : service.trees("spec.ports").stream()
                                        .filter(port -> port.intValue("nodePort", 0) != 0)
                                        .count();
            }
            default -> {}
        }
        out.put("services.nodeports", Quantity.of(nodePorts, Format.DECIMAL_SI));
        out.put("services.loadbalancers", Quantity.of(balancers, Format.DECIMAL_SI));
    }

    private static void addClaim(SortedMap<String, Quantity> out, Tree claim) {
        out.put("persistentvolumeclaims", ONE);
        var storageClass = storageClass(claim);
        if (!storageClass.isEmpty()) {
            out.put(storageClass + ".storageclass.storage.k8s.io/persistentvolumeclaims", ONE);
        }
        var storage = ResourceAmounts.at(claim, "spec.resources.requests").get("storage");
        if (storage == null) {
            return;
        }
        // upstream: a volume that has been grown counts with what was promised for it
        var allocated = ResourceAmounts.at(claim, "status.allocatedResources").get("storage");
        var promised = allocated != null && allocated.compareTo(storage) > 0 ? allocated : storage;
        var amount = promised.whole(); // a quota's status holds whole bytes
        out.put("requests.storage", amount);
        if (!storageClass.isEmpty()) {
            out.put(storageClass + ".storageclass.storage.k8s.io/requests.storage", amount);
        }
    }

    /// Devices by class; of several choices each class counts with the most that it may come to.
    private static void addDevices(SortedMap<String, Quantity> out, Tree claim) {
        for (var request : claim.trees("spec.devices.requests")) {
            var most = new TreeMap<String, Quantity>();
            var exactly = request.tree("exactly");
            var choices = exactly == null ? request.trees("firstAvailable") : List.of(exactly);
            for (var choice : choices) {
                most.merge(
                        choice.string("deviceClassName", "")
                                + ".deviceclass.resource.k8s.io/devices",
                        Quantity.of(devices(choice), Format.DECIMAL_SI),
                        (one, other) -> one.compareTo(other) < 0 ? other : one);
            }
            ResourceAmounts.add(out, most);
        }
    }

    private static long devices(Tree request) {
        return switch (request.string("allocationMode", "")) {
            case "ExactCount" -> request.longValue("count", 0);
            case "All" -> DEVICES_MAX;
            default -> 0; // upstream: a mode of some later version
        };
    }

    private static String storageClass(Tree claim) {
        var annotated =
                claim.stringMap("metadata.annotations")
                        .get("volume.beta.kubernetes.io/storage-class");
        return annotated != null ? annotated : claim.string("spec.storageClassName", "");
    }
}
