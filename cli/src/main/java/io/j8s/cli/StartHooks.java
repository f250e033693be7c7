package io.j8s.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// What a server does at its start, by the names and in the order of upstream's post-start hooks;
/// health checks show it. What upstream has hooks for and is not done here has no name here: custom
/// resources, aggregation and flow control. Pure.
final class StartHooks {

    /// What stands when bootstrap is through.
    private static final List<String> BY_BOOTSTRAP =
            List.of(
                    "start-system-namespaces-controller",
                    "start-cluster-authentication-info-controller",
                    "start-kube-apiserver-identity-lease-controller",
                    "storage-readiness",
                    "start-legacy-token-tracking-controller",
                    "start-service-ip-repair-controllers",
                    "rbac/bootstrap-roles",
                    "scheduling/bootstrap-system-priority-classes",
                    "priority-and-fairness-config-producer",
                    "bootstrap-controller",
                    "start-kubernetes-service-cidr-controller",
                    "apiservice-status-local-available-controller",
                    "kube-apiserver-autoregistration");

    private StartHooks() {}

    /// @param filled whether every cache answers
    /// @param bootstrapped whether the objects stand that every cluster has
    static Map<String, BooleanSupplier> of(BooleanSupplier filled, BooleanSupplier bootstrapped) {
        var hooks = new LinkedHashMap<String, BooleanSupplier>();
        // the plugins have been given what they need before anybody is listened to
        hooks.put("poststarthook/start-apiserver-admission-initializer", () -> true);
        hooks.put("poststarthook/generic-apiserver-start-informers", filled);
        BY_BOOTSTRAP.forEach(name -> hooks.put("poststarthook/" + name, bootstrapped));
        hooks.put("autoregister-completion", bootstrapped);
        return hooks;
    }
}
