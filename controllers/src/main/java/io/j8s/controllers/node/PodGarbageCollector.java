package io.j8s.controllers.node;

import static io.j8s.controllers.runtime.Measures.Stability.ALPHA;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.controllers.workload.PodRules;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.core.metrics.Counter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Removes pods that no kubelet will ever remove: of nodes that are gone, unscheduled ones that are
/// being deleted, those on nodes that are out of service, and finished ones beyond a number
/// (upstream: `pkg/controller/podgc`). Upstream looks every 20 s; here a round follows a change
/// that can matter.
public final class PodGarbageCollector implements Controller {

    private static final Duration GATHER = Duration.ofSeconds(2);
    private static final Duration QUARANTINE = Duration.ofSeconds(40); // upstream: quarantineTime
    private static final String ROUND = "";
    private static final String OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";

    private final Api api;
    private final Timers timers;
    private final int threshold;
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final List<ControllerLoop<?>> loops;
    private final Counter removed;
    private final Counter notRemoved;

    public PodGarbageCollector(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.threshold = context.config().terminatedPodThreshold();
        this.pods = context.informer(Kinds.PODS);
        this.nodes = context.informer(Kinds.NODES);
        pods.index(PodsOfNode.INDEX, pod -> List.of(PodRules.node(pod)));
        this.removed =
                context.measures()
                        .counter(
                                ALPHA,
                                "pod_gc_collector_force_delete_pods_total",
                                "Number of pods that are being forcefully deleted since the Pod GC"
                                        + " Controller started.",
                                "namespace",
                                "reason");
        this.notRemoved =
                context.measures()
                        .counter(
                                ALPHA,
                                "pod_gc_collector_force_delete_pod_errors_total",
                                "Number of errors encountered when forcefully deleting the pods"
                                        + " since the Pod GC Controller started.",
                                "namespace",
                                "reason");
        WorkQueue<String> queue = context.keyedQueue("podgc");
        this.loops = List.of(context.loop(queue, _ -> round(), 1));
        nodes.onChange((before, after) -> {
            if (after == null || before == null) {
                queue.addAfter(ROUND, after == null ? QUARANTINE : GATHER);
            } else if (!NodeTaints.of(before).equals(NodeTaints.of(after))) {
                queue.addAfter(ROUND, GATHER);
            }
        });
        pods.onChange((before, after) -> {
            if (after != null && (mayMatter(after) && (before == null || !mayMatter(before)))) {
                queue.addAfter(ROUND, GATHER);
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private boolean mayMatter(Pod pod) {
        return PodRules.isTerminal(pod)
                || Meta.isTerminating(pod)
                || (!PodRules.node(pod).isEmpty()
                        && nodes.get(ObjectKey.clusterScoped(PodRules.node(pod))).isEmpty());
    }

    private Outcome round() {
        var all = pods.list();
        boolean again = collectOrphans(all);
        collectUnscheduled(all);
        collectOutOfService(all);
        collectFinished(all);
        return again ? new Outcome.Again(QUARANTINE) : Outcome.DONE;
    }

    /// @return whether some wait for their node to be gone for sure
    private boolean collectOrphans(List<Pod> all) {
        var known = nodes.list().stream().map(Meta::name).collect(Collectors.toSet());
        boolean waits = false;
        for (var pod : all) {
            var node = PodRules.node(pod);
            if (node.isEmpty() || known.contains(node)) {
                continue;
            }
            if (nodeExists(node)) {
                waits = true;
                continue;
            }
            remove(pod, "orphaned", "PodGC: node no longer exists");
        }
        return waits;
    }

    private boolean nodeExists(String name) {
        try {
            api.get(Kinds.NODES, ObjectKey.clusterScoped(name));
            return true;
        } catch (StatusException refused) {
            if (refused.isNotFound()) {
                return false;
            }
            throw refused;
        }
    }

    private void collectUnscheduled(List<Pod> all) {
        all.stream()
                .filter(pod -> Meta.isTerminating(pod) && PodRules.node(pod).isEmpty())
                .forEach(pod -> remove(pod, "unscheduled", ""));
    }

    private void collectOutOfService(List<Pod> all) {
        Set<String> out =
                nodes.list().stream()
                        .filter(PodGarbageCollector::isOutOfService)
                        .map(Meta::name)
                        .collect(Collectors.toSet());
        all.stream()
                .filter(pod -> Meta.isTerminating(pod) && out.contains(PodRules.node(pod)))
                .forEach(pod ->
                        remove(
                                pod,
                                "out-of-service",
                                "PodGC: node has been marked as out-of-service"));
    }

    private static boolean isOutOfService(Node node) {
        var ready = NodeTaints.ready(node);
        return ready != null
                && !"True".equals(ready.getStatus())
                && NodeTaints.of(node).stream().anyMatch(t -> t.getKey().equals(OUT_OF_SERVICE));
    }

    private void collectFinished(List<Pod> all) {
        if (threshold <= 0) {
            return;
        }
        var done = new ArrayList<>(all.stream().filter(PodRules::isTerminal).toList());
        done.sort(
                Comparator.<Pod, java.time.Instant>comparing(Meta::created)
                        .thenComparing(Meta::name));
        done.stream()
                .limit(Math.max(0, done.size() - threshold))
                .forEach(pod -> remove(pod, "terminated", ""));
    }

    /// Marks the pod failed where that is true, and deletes it without grace.
    ///
    /// @param why as upstream's metrics call it
    /// @param message of the pod's condition; empty for none
    private void remove(Pod pod, String why, String message) {
        var removals = removed.labelValues(Meta.namespace(pod), why);
        try {
            if (!PodRules.isTerminal(pod)) {
                var condition =
                        message.isEmpty()
                                ? ""
                                : ",\"conditions\":[{\"type\":\"DisruptionTarget\",\"status\":\"True\",\"reason\":\"DeletionByPodGC\",\"message\":\"%s\",\"lastTransitionTime\":\"%s\",\"observedGeneration\":%d}]"
                                        .formatted(
                                                message,
                                                Meta.timestamp(timers.now()),
                                                Meta.generation(pod));
                api.patch(
                        Kinds.PODS,
                        Meta.key(pod),
                        Api.Patch.strategic(
                                        "{\"metadata\":{\"uid\":\"%s\"},\"status\":{\"phase\":\"Failed\",\"observedGeneration\":%d%s}}"
                                                .formatted(
                                                        Meta.uid(pod),
                                                        Meta.generation(pod),
                                                        condition))
                                .on("status"));
            }
            api.delete(Kinds.PODS, Meta.key(pod), Api.Delete.PLAIN.onlyUid(Meta.uid(pod)).grace(0));
            removals.inc();
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                notRemoved.labelValues(Meta.namespace(pod), why).inc();
                throw refused;
            }
        }
    }
}
