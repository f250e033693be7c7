package io.j8s.cli;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// What `ready` promises (DESIGN.md): everything that the very next `kubectl run` needs is there.
/// Asks the API as an administrator would.
final class Readiness {

    private static final Duration LOOK_INTERVAL = Duration.ofMillis(10);
    private static final List<String> NAMESPACES =
            List.of("default", "kube-system", "kube-public", "kube-node-lease");

    private final Api api;
    private final Timers timers;
    private final List<Condition> conditions = new ArrayList<>();

    /// @param text what is missing while it does not hold
    private record Condition(String text, BooleanSupplier holds) {}

    Readiness(Api api, Timers timers) {
        this.api = api;
        this.timers = timers;
    }

    /// The API server itself, and what its controllers make in a new cluster.
    Readiness ofControlPlane() {
        conditions.add(new Condition("/readyz", () -> !api.getRaw("/readyz", "*/*").isEmpty()));
        for (var name : NAMESPACES) {
            exists(Kinds.NAMESPACES, ObjectKey.clusterScoped(name));
        }
        exists(Kinds.CLUSTER_ROLES, ObjectKey.clusterScoped("cluster-admin"));
        exists(Kinds.SERVICES, new ObjectKey("default", "kubernetes"));
        exists(Kinds.ENDPOINT_SLICES, new ObjectKey("default", "kubernetes"));
        exists(Kinds.SERVICE_ACCOUNTS, new ObjectKey("default", "default"));
        exists(Kinds.CONFIG_MAPS, new ObjectKey("default", "kube-root-ca.crt"));
        return this;
    }

    /// A node that takes pods.
    Readiness ofNode(String name) {
        conditions.add(
                new Condition(
                        "node " + name + " is Ready and untainted",
                        () -> takesPods(api.get(Kinds.NODES, ObjectKey.clusterScoped(name)))));
        return this;
    }

    /// Cluster DNS by the address that pods use.
    Readiness ofDns(DnsProbe probe) {
        exists(Kinds.SERVICES, new ObjectKey("kube-system", "kube-dns"));
        conditions.add(new Condition("cluster DNS answers", probe::answers));
        return this;
    }

    /// Waits until each has held; what held once is not asked again.
    ///
    /// @throws CommandException when time is up; it names what is missing
    void await(Duration timeout) throws CommandException, InterruptedException {
        var deadline = timers.deadline(timeout);
        for (var condition : conditions) {
            while (!holds(condition)) {
                if (deadline.hasPassed()) {
                    throw new CommandException(
                            "not ready within %d s, missing: %s; the log in the data directory has more"
                                    .formatted(timeout.toSeconds(), condition.text()));
                }
                timers.sleep(LOOK_INTERVAL);
            }
        }
    }

    static boolean takesPods(Node node) {
        boolean isReady =
                node.getStatus() != null
                        && node.getStatus().getConditions().stream()
                                .anyMatch(condition ->
                                        condition.getType().equals("Ready")
                                                && condition.getStatus().equals("True"));
        return isReady && (node.getSpec() == null || node.getSpec().getTaints().isEmpty());
    }

    private <T extends HasMetadata> void exists(Kind<T> kind, ObjectKey key) {
        conditions.add(
                new Condition(
                        kind.kind() + " " + key,
                        () -> {
                            api.get(kind, key);
                            return true;
                        }));
    }

    private static boolean holds(Condition condition) {
        try {
            return condition.holds().getAsBoolean();
        } catch (StatusException | UncheckedIOException _) {
            return false; // not yet
        }
    }
}
