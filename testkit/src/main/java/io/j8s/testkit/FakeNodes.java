package io.j8s.testkit;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Kubelets without containers: a pod bound to any node turns Running and Ready (or whatever the
/// script of a test says), and one that is being deleted goes when its grace is over. It is a
/// controller over the public API like any other, so it serves a simulation, a cluster in process
/// and a real API server alike.
public final class FakeNodes implements Controller {

    /// What becomes of a pod that has started.
    public sealed interface Fate {
        /// Runs and is ready.
        Fate READY = new Ready();

        /// Runs and never gets ready.
        Fate UNREADY = new Unready();

        record Ready() implements Fate {}

        record Unready() implements Fate {}

        /// Its only container ends by itself.
        record Exits(int code, Duration after) implements Fate {}
    }

    private final Api api;
    private final Timers timers;
    private final boolean binds;
    private final Function<Pod, Fate> script;
    private final Informer<Pod> pods;
    private final List<ControllerLoop<?>> loops;

    /// Every pod gets ready, and the ones no scheduler has bound are bound here.
    public FakeNodes(ControllerContext context) {
        this(context, true, _ -> Fate.READY);
    }

    /// @param binds whether to act as the scheduler too
    public FakeNodes(ControllerContext context, boolean binds, Function<Pod, Fate> script) {
        this.api = context.api();
        this.timers = context.timers();
        this.binds = binds;
        this.script = script;
        this.pods = context.informer(Kinds.PODS);
        var queue = context.queue("fake-nodes");
        pods.onChange((_, after) -> {
            if (after != null) {
                queue.add(Meta.key(after));
            }
        });
        this.loops = List.of(context.loop(queue, this::reconcile, 2));
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    /// A node that is Ready and has room.
    public static Node node(String name) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("kubernetes.io/hostname", name)
                .addToLabels("kubernetes.io/os", "linux")
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .withCapacity(room())
                .withAllocatable(room())
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .withReason("KubeletReady")
                .withMessage("kubelet is posting ready status")
                .endCondition()
                .endStatus()
                .build();
    }

    private static Map<String, Quantity> room() {
        return Map.of(
                "cpu", new Quantity("32"),
                "memory", new Quantity("256Gi"),
                "pods", new Quantity("110"));
    }

    Outcome reconcile(ObjectKey key) {
        var found = pods.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        try {
            return serve(found.get());
        } catch (StatusException refused) {
            if (refused.isNotFound()) {
                return Outcome.DONE;
            }
            throw refused;
        }
    }

    private Outcome serve(Pod pod) {
        if (Meta.orEmpty(pod.getSpec().getNodeName()).isEmpty()) {
            if (binds && !Meta.isTerminating(pod)) {
                api.post(Kinds.PODS, Meta.key(pod), "binding", binding(pod));
            }
            return Outcome.DONE;
        }
        if (Meta.isTerminating(pod)) {
            return end(pod);
        }
        return switch (pod.getStatus() == null ? "" : Meta.orEmpty(pod.getStatus().getPhase())) {
            case "Succeeded", "Failed" -> Outcome.DONE;
            case "Running" -> goOn(pod);
            default -> begin(pod);
        };
    }

    private static String binding(Pod pod) {
        return """
        {"apiVersion":"v1","kind":"Binding","metadata":{"name":"%s","namespace":"%s"},\
        "target":{"kind":"Node","name":"fake-%d"}}\
        """
                .formatted(
                        Meta.name(pod),
                        Meta.namespace(pod),
                        Math.floorMod(Meta.uid(pod).hashCode(), 3));
    }

    private Outcome begin(Pod pod) {
        boolean ready = script.apply(pod) instanceof Fate.Ready;
        var statuses = new ArrayList<ContainerStatus>();
        for (var container : pod.getSpec().getContainers()) {
            statuses.add(
                    new ContainerStatusBuilder()
                            .withName(container.getName())
                            .withImage(container.getImage())
                            .withReady(ready)
                            .withStarted(true)
                            .withRestartCount(0)
                            .withNewState()
                            .withNewRunning(now())
                            .endState()
                            .build());
        }
        write(pod, "Running", ready, statuses);
        return Outcome.DONE;
    }

    private Outcome goOn(Pod pod) {
        return switch (script.apply(pod)) {
            case Fate.Exits(int code, Duration after) -> exit(pod, code, after);
            case Fate.Ready() -> isReady(pod) ? Outcome.DONE : begin(pod);
            case Fate.Unready() -> Outcome.DONE;
        };
    }

    private static boolean isReady(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
    }

    private Outcome exit(Pod pod, int code, Duration after) {
        var began = Meta.time(pod.getStatus().getStartTime());
        var left = Duration.between(timers.now(), began == null ? timers.now() : began.plus(after));
        if (left.isPositive()) {
            return new Outcome.Again(left);
        }
        finish(pod, code);
        return Outcome.DONE;
    }

    /// The grace is over at the deletion timestamp: the containers have gone, now the object.
    private Outcome end(Pod pod) {
        if (pod.getMetadata().getDeletionGracePeriodSeconds() != null
                && pod.getMetadata().getDeletionGracePeriodSeconds() == 0) {
            return Outcome.DONE; // only finalizers keep it
        }
        var phase = pod.getStatus() == null ? "" : Meta.orEmpty(pod.getStatus().getPhase());
        if (!phase.equals("Succeeded") && !phase.equals("Failed")) {
            if (!phase.equals("Running")) {
                api.delete(Kinds.PODS, Meta.key(pod), Api.Delete.PLAIN.grace(0));
                return Outcome.DONE;
            }
            finish(pod, 0);
        }
        api.delete(Kinds.PODS, Meta.key(pod), Api.Delete.PLAIN.onlyUid(Meta.uid(pod)).grace(0));
        return Outcome.DONE;
    }

    private void finish(Pod pod, int code) {
        var statuses = new ArrayList<ContainerStatus>();
        for (var container : pod.getSpec().getContainers()) {
            statuses.add(
                    new ContainerStatusBuilder()
                            .withName(container.getName())
                            .withImage(container.getImage())
                            .withReady(false)
                            .withRestartCount(0)
                            .withNewState()
                            .withNewTerminated()
                            .withExitCode(code)
                            .withReason(code == 0 ? "Completed" : "Error")
                            .withFinishedAt(now())
                            .endTerminated()
                            .endState()
                            .build());
        }
        write(pod, code == 0 ? "Succeeded" : "Failed", false, statuses);
    }

    private void write(Pod pod, String phase, boolean ready, List<ContainerStatus> statuses) {
        var ip = "10.88.%d.%d".formatted(Math.floorMod(Meta.uid(pod).hashCode(), 250), 7);
        var start = pod.getStatus() == null ? null : pod.getStatus().getStartTime();
        api.updateStatus(
                Kinds.PODS,
                new PodBuilder(pod)
                        .editOrNewStatus()
                        .withPhase(phase)
                        .withPodIP(ip)
                        .withHostIP("10.0.0.1")
                        .withStartTime(start == null ? now() : start)
                        .withContainerStatuses(statuses)
                        .withConditions(
                                List.of(
                                        new PodConditionBuilder()
                                                .withType("Ready")
                                                .withStatus(ready ? "True" : "False")
                                                .withLastTransitionTime(now())
                                                .build()))
                        .endStatus()
                        .build());
    }

    private String now() {
        return Meta.timestamp(timers.now());
    }
}
