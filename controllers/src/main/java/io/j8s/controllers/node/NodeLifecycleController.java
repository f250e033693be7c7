package io.j8s.controllers.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.controllers.workload.PodRules;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// Watches over nodes: a node that neither posts status nor renews its lease becomes Unknown, and
/// conditions become taints (upstream: `pkg/controller/nodelifecycle`). A node's signs of life are
/// dated by our own clock, never by the node's.
///
/// There is no polling: a lease only moves a node's date, and each node is looked at again when
/// that date is too old.
public final class NodeLifecycleController implements Controller {

    private static final String LEASE_NAMESPACE = "kube-node-lease";
    private static final List<String> CONDITIONS =
            List.of("Ready", "MemoryPressure", "DiskPressure", "PIDPressure");

    private final Api api;
    private final Timers timers;
    private final EventRecorder events;
    private final Duration grace;
    private final Duration startupGrace;
    private final Informer<Node> nodes;
    private final Informer<Pod> pods;
    private final Informer<Lease> leases;
    private final EvictionPace pace = new EvictionPace();
    private final Map<String, Instant> alive = new ConcurrentHashMap<>();
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;
    private final NodeHealthMetrics metrics;

    public NodeLifecycleController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.events = context.events();
        this.grace = context.config().nodeMonitorGracePeriod();
        this.startupGrace = context.config().nodeStartupGracePeriod();
        this.nodes = context.informer(Kinds.NODES);
        this.pods = context.informer(Kinds.PODS);
        this.leases = context.informer(Kinds.LEASES);
        this.metrics = new NodeHealthMetrics(context.measures(), nodes);
        pods.index(PodsOfNode.INDEX, pod -> List.of(PodRules.node(pod)));
        this.queue = context.queue("node_lifecycle_controller");
        this.loops =
                List.of(
                        context.loop(
                                queue,
                                key -> metrics.measured(timers::nanoTime, () -> reconcile(key)),
                                8));
        nodes.onChange(this::nodeChanged);
        leases.onChange(this::leaseChanged);
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private void nodeChanged(@Nullable Node before, @Nullable Node after) {
        if (after == null) {
            if (before != null) {
                alive.remove(Meta.name(before));
                tell(before, "RemovingNode", "Removing Node %s from Controller");
                nodes.list().forEach(node -> queue.add(Meta.key(node)));
            }
            return;
        }
        if (before == null) {
            alive.put(Meta.name(after), timers.now());
            tell(after, "RegisteredNode", "Registered Node %s in Controller");
        } else if (!Objects.equals(heartbeat(before), heartbeat(after))) {
            alive.put(Meta.name(after), timers.now());
        }
        queue.add(Meta.key(after));
    }

    private void leaseChanged(@Nullable Lease before, @Nullable Lease after) {
        if (after == null || !Meta.namespace(after).equals(LEASE_NAMESPACE)) {
            return;
        }
        boolean renewed =
                before == null
                        || !Objects.equals(
                                before.getSpec().getRenewTime(), after.getSpec().getRenewTime());
        if (renewed) {
            alive.computeIfPresent(Meta.name(after), (_, _) -> timers.now());
        }
    }

    private static @Nullable String heartbeat(Node node) {
        var ready = NodeTaints.ready(node);
        return ready == null ? null : ready.getLastHeartbeatTime() + ready.getStatus();
    }

    private void tell(Node node, String reason, String text) {
        var name = Meta.name(node);
        events.record(
                reference(node),
                "Normal",
                reason,
                "Node %s event: ".formatted(name) + text.formatted(name));
    }

    private static io.fabric8.kubernetes.api.model.ObjectReference reference(Node node) {
        return new ObjectReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Node")
                .withName(Meta.name(node))
                .withUid(Meta.uid(node))
                .build();
    }

    Outcome reconcile(ObjectKey key) {
        var found = nodes.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        var node = labelled(found.get());
        metrics.sees(node);
        var now = timers.now();
        var ready = NodeTaints.ready(node);
        var since = alive.getOrDefault(key.name(), now);
        var limit = ready == null ? startupGrace : grace;
        var left = Duration.between(now, since.plus(limit));
        if (left.isNegative()) {
            node = markUnknown(node, now);
        }
        if (isUnknown(NodeTaints.ready(node))) {
            markPodsNotReady(node); // upstream: a node that says so itself speaks for its pods too
        }
        var wait = taint(node, now);
        var next = left.isNegative() ? limit : left.plusMillis(1);
        return new Outcome.Again(wait != null && wait.compareTo(next) < 0 ? wait : next);
    }

    /// Upstream: what reads the labels of old goes on finding them, as long as anything may.
    private Node labelled(Node node) {
        var lacking = lackingLabels(Meta.labels(node));
        if (lacking.isEmpty()) {
            return node;
        }
        var text =
                lacking.entrySet().stream()
                        .map(label ->
                                FieldErrors.quote(label.getKey())
                                        + ":"
                                        + FieldErrors.quote(label.getValue()))
                        .collect(Collectors.joining(","));
        return api.patch(
                Kinds.NODES,
                Meta.key(node),
                Api.Patch.merge("{\"metadata\":{\"labels\":{%s}}}".formatted(text)));
    }

    /// Pure: the labels of old that do not say what the ones of today say.
    static Map<String, String> lackingLabels(Map<String, String> labels) {
        var lacking = new TreeMap<String, String>();
        for (var name : List.of("os", "arch")) {
            var value = labels.get("kubernetes.io/" + name);
            if (value != null && !value.equals(labels.get("beta.kubernetes.io/" + name))) {
                lacking.put("beta.kubernetes.io/" + name, value);
            }
        }
        return lacking;
    }

    private static boolean isUnknown(@Nullable NodeCondition ready) {
        return ready != null && "Unknown".equals(ready.getStatus());
    }

    private static boolean isNotReady(@Nullable NodeCondition ready) {
        return ready != null && !"True".equals(ready.getStatus());
    }

    private Node markUnknown(Node node, Instant now) {
        var conditions = silenced(node, Meta.timestamp(now));
        if (conditions.equals(
                node.getStatus() == null ? List.of() : node.getStatus().getConditions())) {
            return node;
        }
        // upstream: a node that never told how it is does not become anything
        var ready = NodeTaints.ready(node);
        boolean wasReady = ready != null && "True".equals(ready.getStatus());
        var stored =
                api.updateStatus(
                        Kinds.NODES,
                        new NodeBuilder(node)
                                .editOrNewStatus()
                                .withConditions(conditions)
                                .endStatus()
                                .build());
        if (wasReady) {
            events.record(
                    reference(node),
                    "Normal",
                    "NodeNotReady",
                    "Node %s status is now: NodeNotReady".formatted(Meta.name(node)));
        }
        return stored;
    }

    /// Pure: the conditions of a node that has fallen silent.
    static List<NodeCondition> silenced(Node node, String now) {
        var result = new ArrayList<NodeCondition>();
        if (node.getStatus() != null) {
            result.addAll(node.getStatus().getConditions());
        }
        for (var type : CONDITIONS) {
            int at = -1;
            for (int i = 0; i < result.size(); i++) {
                at = result.get(i).getType().equals(type) ? i : at;
            }
            if (at < 0) {
                result.add(
                        new NodeConditionBuilder()
                                .withType(type)
                                .withStatus("Unknown")
                                .withReason("NodeStatusNeverUpdated")
                                .withMessage("Kubelet never posted node status.")
                                .withLastHeartbeatTime(node.getMetadata().getCreationTimestamp())
                                .withLastTransitionTime(now)
                                .build());
            } else if (!result.get(at).getStatus().equals("Unknown")) {
                result.set(
                        at,
                        new NodeConditionBuilder(result.get(at))
                                .withStatus("Unknown")
                                .withReason("NodeStatusUnknown")
                                .withMessage("Kubelet stopped posting node status.")
                                .withLastTransitionTime(now)
                                .build());
            }
        }
        return result;
    }

    private void markPodsNotReady(Node node) {
        for (var pod : pods.byIndex(PodsOfNode.INDEX, Meta.name(node))) {
            if (!PodRules.isReady(pod)) {
                continue;
            }
            var body =
                    "{\"metadata\":{\"uid\":\"%s\"},\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\",\"lastTransitionTime\":\"%s\"}]}}"
                            .formatted(Meta.uid(pod), Meta.timestamp(timers.now()));
            try {
                api.patch(Kinds.PODS, Meta.key(pod), Api.Patch.strategic(body).on("status"));
                events.warning(pod, "NodeNotReady", "Node is not ready");
            } catch (StatusException refused) {
                if (!refused.isNotFound()) {
                    throw refused;
                }
            }
        }
    }

    /// @return how long until the node may get its NoExecute taint, or null
    private @Nullable Duration taint(Node node, Instant now) {
        boolean sick = isNotReady(NodeTaints.ready(node));
        boolean tainted =
                NodeTaints.hasNoExecute(node, NodeTaints.NOT_READY)
                        || NodeTaints.hasNoExecute(node, NodeTaints.UNREACHABLE);
        var all = nodes.list();
        var wait = sick && !tainted ? pace.untilAllowed(node, all, now) : Duration.ZERO;
        boolean evict = sick && wait != null && !wait.isPositive();
        boolean stop = EvictionPace.isEverythingDown(all, node);
        var wanted = NodeTaints.wanted(stop ? withoutNoExecute(node) : node, evict && !stop, now);
        if (!wanted.equals(NodeTaints.of(node))) {
            patchTaints(node, wanted);
            if (evict && !tainted) {
                pace.took(node, all, now);
                metrics.evicted(node);
            }
        }
        return sick && !evict ? wait : null;
    }

    private static Node withoutNoExecute(Node node) {
        return new NodeBuilder(node)
                .editSpec()
                .removeMatchingFromTaints(taint ->
                        "NoExecute".equals(taint.getEffect())
                                && (taint.getKey().equals(NodeTaints.NOT_READY)
                                        || taint.getKey().equals(NodeTaints.UNREACHABLE)))
                .endSpec()
                .build();
    }

    private void patchTaints(Node node, List<Taint> taints) {
        var list =
                taints.stream().map(NodeLifecycleController::json).collect(Collectors.joining(","));
        api.patch(
                Kinds.NODES,
                Meta.key(node),
                Api.Patch.merge(
                        "{\"metadata\":{\"resourceVersion\":\"%s\"},\"spec\":{\"taints\":[%s]}}"
                                .formatted(node.getMetadata().getResourceVersion(), list)));
    }

    private static String json(Taint taint) {
        var text = new StringBuilder("{\"key\":").append(FieldErrors.quote(taint.getKey()));
        if (taint.getValue() != null) {
            text.append(",\"value\":").append(FieldErrors.quote(taint.getValue()));
        }
        text.append(",\"effect\":").append(FieldErrors.quote(taint.getEffect()));
        if (taint.getTimeAdded() != null) {
            text.append(",\"timeAdded\":").append(FieldErrors.quote(taint.getTimeAdded()));
        }
        return text.append('}').toString();
    }
}
