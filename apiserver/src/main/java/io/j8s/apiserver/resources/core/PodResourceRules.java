package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.GoValue;
import io.j8s.machinery.quantity.Quantity;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/// Rules about the resources of a whole pod and the claims that it makes.
final class PodResourceRules {

    private PodResourceRules() {}

    static Set<String> resourceClaims(At spec) {
        var names = new HashSet<String>();
        for (At claim : spec.each("resourceClaims")) {
            String name = claim.string("name");
            if (name.isEmpty()) {
                claim.required("name");
            } else if (!names.add(name)) {
                claim.duplicate("name", name);
            } else {
                claim.dnsLabel("name");
            }
            boolean direct = claim.has("resourceClaimName");
            boolean template = claim.has("resourceClaimTemplateName");
            if (direct && template) {
                claim.errors()
                        .invalid(
                                claim.path(),
                                GoValue.shown(claim.tree()),
                                "at most one of `resourceClaimName` or"
                                        + " `resourceClaimTemplateName` may be specified");
            }
            if (!direct && !template) {
                claim.errors()
                        .invalid(
                                claim.path(),
                                GoValue.shown(claim.tree()),
                                "must specify one of: `resourceClaimName`,"
                                        + " `resourceClaimTemplateName`");
            }
            if (direct) {
                claim.dnsSubdomain("resourceClaimName");
            }
            if (template) {
                claim.dnsSubdomain("resourceClaimTemplateName");
            }
        }
        return names;
    }

    /// Resources of the whole pod bound those of its containers.
    static void podResources(At spec, ContainerValidation containerRules) {
        At resources = spec.at("resources");
        if (resources == null) {
            return;
        }
        if (spec.string("os.name").equals("windows")) {
            spec.forbidden("resources", "may not be set for a windows pod");
            return;
        }
        if (resources.has("claims")) {
            resources.forbidden("claims", "claims may not be set for Resources at pod-level");
        }
        containerRules.podResources(resources);
        var sums = new HashMap<String, Quantity>();
        for (At container : spec.each("containers")) {
            var requests = container.tree().map("resources.requests");
            for (String name : container.keys("resources.requests")) {
                if (Amounts.of(requests, name) instanceof Quantity value) {
                    sums.merge(name, value, Quantity::plus);
                }
            }
        }
        for (String name : new TreeSet<>(sums.keySet())) {
            var sum = sums.getOrDefault(name, Quantity.ZERO);
            var own = Amounts.of(resources.tree().map("requests"), name);
            if (own != null && sum.compareTo(own) > 0) {
                resources
                        .errors()
                        .invalid(
                                resources.path("requests[" + name + "]"),
                                own.toString(),
                                "must be greater than or equal to aggregate container requests of "
                                        + sum);
            }
        }
        var containers = spec.each("containers");
        for (int i = 0; i < containers.size(); i++) {
            var limits = containers.get(i).tree().map("resources.limits");
            for (String name : containers.get(i).keys("resources.limits")) {
                var limit = Amounts.of(limits, name);
                var most = Amounts.of(resources.tree().map("limits"), name);
                if (limit != null && most != null && limit.compareTo(most) > 0) {
                    resources
                            .errors()
                            .invalid(
                                    resources.path("containers[" + i + "][" + name + "].limits"),
                                    limit.toString(),
                                    "must be less than or equal to pod limits of " + most);
                }
            }
        }
    }

    static void overhead(At spec) {
        for (String name : spec.keys("overhead")) {
            if (Amounts.of(spec.tree().map("overhead"), name) instanceof Quantity value) {
                String field = "overhead.limits[" + name + "]";
                At shown = new At(spec.tree(), spec.path(), spec.errors());
                Amounts.containerName(shown, field, name);
                Amounts.value(shown, field, name, value);
            }
        }
    }
}
