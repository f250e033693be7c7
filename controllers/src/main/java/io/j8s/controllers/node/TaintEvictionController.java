package io.j8s.controllers.node;

import static io.j8s.controllers.runtime.Measures.Stability.ALPHA;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Toleration;
import io.j8s.controllers.node.NodeTaints.Stay;
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
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Deletes pods from nodes with a NoExecute taint when their toleration has run out (upstream:
/// `pkg/controller/tainteviction`).
public final class TaintEvictionController implements Controller {

    private final Api api;
    private final Timers timers;
    private final EventRecorder events;
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final Map<ObjectKey, Instant> noticed = new ConcurrentHashMap<>();
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;
    private final Counter deletions;
    private final Histogram delays;

    public TaintEvictionController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.events = context.events();
        this.pods = context.informer(Kinds.PODS);
        this.nodes = context.informer(Kinds.NODES);
        pods.index(PodsOfNode.INDEX, pod -> List.of(PodRules.node(pod)));
        this.deletions =
                context.measures()
                        .counter(
                                ALPHA,
                                "taint_eviction_controller_pod_deletions_total",
                                "Total number of Pods deleted by TaintEvictionController since its"
                                        + " start.");
        this.delays =
                context.measures()
                        .histogram(
                                ALPHA,
                                "taint_eviction_controller_pod_deletion_duration_seconds",
                                "Latency, in seconds, between the time when a taint effect has been"
                                        + " activated for the Pod and its deletion via"
                                        + " TaintEvictionController.",
                                new double[] {
                                    0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 30, 60, 120, 180, 240
                                });
        this.queue = context.queue("noexec_taint_pod");
        this.loops = List.of(context.loop(queue, this::reconcile, 8));
        pods.onChange(this::podChanged);
        nodes.onChange(this::nodeChanged);
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private void podChanged(@Nullable Pod before, @Nullable Pod after) {
        if (after == null) {
            if (before != null) {
                noticed.remove(Meta.key(before));
            }
            return;
        }
        boolean same =
                before != null
                        && PodRules.node(before).equals(PodRules.node(after))
                        && before.getSpec()
                                .getTolerations()
                                .equals(after.getSpec().getTolerations());
        if (!same && !PodRules.node(after).isEmpty()) {
            queue.add(Meta.key(after));
        }
    }

    private void nodeChanged(@Nullable Node before, @Nullable Node after) {
        var now = after == null ? List.of() : NodeTaints.noExecute(after);
        var old = before == null ? List.of() : NodeTaints.noExecute(before);
        var node = after == null ? before : after;
        if (node != null && !now.equals(old)) {
            pods.byIndex(PodsOfNode.INDEX, Meta.name(node))
                    .forEach(pod -> queue.add(Meta.key(pod)));
        }
    }

    Outcome reconcile(ObjectKey key) {
        var found = pods.get(key);
        if (found.isEmpty()
                || Meta.isTerminating(found.get())
                || PodRules.isTerminal(found.get())) {
            noticed.remove(key);
            return Outcome.DONE;
        }
        var pod = found.get();
        var taints =
                nodes.get(ObjectKey.clusterScoped(PodRules.node(pod)))
                        .map(NodeTaints::noExecute)
                        .orElse(List.of());
        if (taints.isEmpty()) {
            cancel(pod);
            return Outcome.DONE;
        }
        var since = noticed.computeIfAbsent(key, _ -> timers.now());
        List<Toleration> tolerations = pod.getSpec().getTolerations();
        return switch (NodeTaints.stay(tolerations, taints, since)) {
            case Stay.Forever() -> {
                cancel(pod);
                yield Outcome.DONE;
            }
            case Stay.Until(var end) -> {
                var left = Duration.between(timers.now(), end);
                yield left.isPositive() ? new Outcome.Again(left) : evict(pod, end);
            }
        };
    }

    private void cancel(Pod pod) {
        if (noticed.remove(Meta.key(pod)) != null) {
            events.normal(
                    pod, "TaintManagerEviction", "Cancelling deletion of Pod " + Meta.key(pod));
        }
    }

    /// @param due when the last toleration ran out
    private Outcome evict(Pod pod, Instant due) {
        events.normal(pod, "TaintManagerEviction", "Marking for deletion Pod " + Meta.key(pod));
        var body =
                "{\"metadata\":{\"uid\":\"%s\"},\"status\":{\"conditions\":[{\"type\":\"DisruptionTarget\",\"status\":\"True\",\"reason\":\"DeletionByTaintManager\",\"message\":\"Taint manager: deleting due to NoExecute taint\",\"lastTransitionTime\":\"%s\",\"observedGeneration\":%d}]}}"
                        .formatted(
                                Meta.uid(pod), Meta.timestamp(timers.now()), Meta.generation(pod));
        try {
            api.patch(Kinds.PODS, Meta.key(pod), Api.Patch.strategic(body).on("status"));
            api.delete(Kinds.PODS, Meta.key(pod), Api.Delete.PLAIN);
            deletions.inc();
            delays.observe(Math.max(0, Duration.between(due, timers.now()).toNanos() / 1e9));
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
        noticed.remove(Meta.key(pod));
        return Outcome.DONE;
    }
}
