package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.ContainerStatus;
import io.j8s.cri.v1.PodSandboxState;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is to be done to bring a pod's containers to what its spec says. Pure: no clock, no
/// runtime. The rules are those of upstream's `computePodActions`.
public final class PodSync {

    /// A container that must end, and why; the message is the event's.
    public record Kill(String containerId, String name, String message) {}

    /// @param killPod stop every container and the sandbox first
    /// @param createSandbox a new sandbox is needed
    /// @param attempt the new sandbox's number
    /// @param kills running containers to end, when the pod itself stays
    /// @param ephemeral ephemeral containers to start
    /// @param init init containers to start, in order
    /// @param start ordinary containers to start
    public record Plan(
            boolean killPod,
            boolean createSandbox,
            int attempt,
            List<Kill> kills,
            List<Container> ephemeral,
            List<Container> init,
            List<Container> start) {

        public boolean isNothing() {
            return !killPod
                    && !createSandbox
                    && kills.isEmpty()
                    && ephemeral.isEmpty()
                    && init.isEmpty()
                    && start.isEmpty();
        }
    }

    public static final String ANNOTATION_HASH = "io.kubernetes.container.hash";

    private final Pod pod;
    private final RuntimePod actual;
    private final ProbeState probes;
    private final Allocation actuated;
    private final List<Kill> kills = new ArrayList<>();
    private final List<Container> ephemeral = new ArrayList<>();
    private final List<Container> init = new ArrayList<>();
    private final List<Container> start = new ArrayList<>();
    private boolean killPod;

    private PodSync(Pod pod, RuntimePod actual, ProbeState probes, Allocation actuated) {
        this.pod = pod;
        this.actual = actual;
        this.probes = probes;
        this.actuated = actuated;
    }

    /// @param actuated the resources that the runtime was told last
    public static Plan plan(Pod pod, RuntimePod actual, ProbeState probes, Allocation actuated) {
        return new PodSync(pod, actual, probes, actuated).plan();
    }

    private Plan plan() {
        int attempt = nextAttempt(pod, actual);
        if (attempt >= 0) {
            return planWithNewSandbox(attempt);
        }
        for (var container : PodFacts.ephemeralContainers(pod)) {
            if (actual.container(container.getName()).isEmpty()) {
                ephemeral.add(container); // never restarted
            }
        }
        boolean isInitialized = planInitContainers();
        if (!killPod && isInitialized) {
            planContainers();
        }
        return new Plan(killPod, false, 0, kills, ephemeral, init, start);
    }

    /// The number of the sandbox to create, or -1 when the present one serves.
    public static int nextAttempt(Pod pod, RuntimePod actual) {
        if (actual.sandbox().isEmpty()) {
            return 0;
        }
        return whyNewSandbox(pod, actual).isPresent()
                ? actual.sandbox().get().getMetadata().getAttempt() + 1
                : -1;
    }

    /// Why containers can't be started in the sandbox that there is; empty when they can. upstream:
    /// PodSandboxChanged
    static Optional<String> whyNewSandbox(Pod pod, RuntimePod actual) {
        if (actual.sandbox().isEmpty()) {
            return Optional.of("no pod sandbox exists");
        }
        var newest = actual.sandbox().get();
        long ready =
                actual.sandboxes().stream()
                        .filter(found -> found.getState() == PodSandboxState.SANDBOX_READY)
                        .count();
        if (ready > 1) {
            return Optional.of("multiple pod sandboxes are ready and need to be reconciled");
        }
        if (newest.getState() != PodSandboxState.SANDBOX_READY) {
            return Optional.of("pod sandbox is not ready");
        }
        return !PodFacts.isHostNetwork(pod) && newest.getNetwork().getIp().isEmpty()
                ? Optional.of("pod sandbox has no IP address")
                : Optional.empty();
    }

    private Plan planWithNewSandbox(int attempt) {
        // everything has run and nothing may run again: no sandbox for an ended pod
        if (!Restarts.isPodRestartedOnFailure(pod)
                && attempt != 0
                && !actual.containers().isEmpty()) {
            return killOnly(attempt);
        }
        var wanted = new ArrayList<Container>();
        for (var container : pod.getSpec().getContainers()) {
            if (!(Restarts.policy(pod, container).equals("OnFailure")
                    && hasSucceeded(container.getName()))) {
                wanted.add(container);
            }
        }
        if (wanted.isEmpty() && hasAnyContainerBeenCreated()) {
            return killOnly(attempt);
        }
        if (!pod.getSpec().getInitContainers().isEmpty()) {
            init.add(pod.getSpec().getInitContainers().getFirst());
        } else {
            start.addAll(wanted);
        }
        return new Plan(true, true, attempt, kills, ephemeral, init, start);
    }

    private boolean hasAnyContainerBeenCreated() {
        return pod.getSpec().getContainers().stream()
                .anyMatch(container -> actual.container(container.getName()).isPresent());
    }

    private static Plan killOnly(int attempt) {
        return new Plan(true, false, attempt, List.of(), List.of(), List.of(), List.of());
    }

    private boolean hasSucceeded(String name) {
        return actual.container(name)
                .filter(status -> RuntimePod.hasExited(status) && status.getExitCode() == 0)
                .isPresent();
    }

    /// Goes through the init containers from the last to the first: the latest one that has run
    /// tells how far the pod has come, also when earlier ones were removed. Before that point only
    /// sidecars are restarted.
    ///
    /// @return whether the ordinary containers may run
    private boolean planInitContainers() {
        var all = pod.getSpec().getInitContainers();
        boolean isInitialized = all.isEmpty() || hasAnyContainerStarted(pod, actual);
        boolean isPlaceKnown = isInitialized;
        for (int i = all.size() - 1; i >= 0; i--) {
            var container = all.get(i);
            var found = actual.container(container.getName());
            if (found.isEmpty()) {
                if (isPlaceKnown && PodFacts.isSidecar(container)) {
                    init.addFirst(container);
                }
                continue;
            }
            if (isPlaceKnown) {
                if (PodFacts.isSidecar(container)) {
                    planSidecar(container, found.get());
                }
                continue;
            }
            isPlaceKnown = true;
            switch (stepOf(container, found.get())) {
                case WAIT -> {}
                case AGAIN -> init.addFirst(container);
                case NEXT -> {
                    if (i == all.size() - 1) {
                        isInitialized = true;
                    } else {
                        init.addFirst(all.get(i + 1));
                    }
                }
                case FAIL -> {
                    killPod = true;
                    init.clear();
                    return false;
                }
            }
            if (PodFacts.isSidecar(container)) {
                planSidecar(container, found.get());
            }
        }
        if (!isPlaceKnown && !all.isEmpty()) {
            init.addFirst(all.getFirst());
        }
        return isInitialized;
    }

    private enum Step {
        WAIT,
        AGAIN,
        NEXT,
        FAIL
    }

    /// What the latest init container that ran means for those after it.
    private Step stepOf(Container container, ContainerStatus status) {
        if (PodFacts.isSidecar(container)) {
            boolean isStarted =
                    RuntimePod.isRunning(status)
                            && (container.getStartupProbe() == null
                                    || probes.startup(status.getId()) == ProbeState.Result.SUCCESS);
            return isStarted ? Step.NEXT : Step.WAIT;
        }
        return switch (status.getState()) {
            case CONTAINER_RUNNING -> Step.WAIT;
            case CONTAINER_EXITED -> {
                if (status.getExitCode() == 0) {
                    yield Step.NEXT;
                }
                yield Restarts.isDueAfter(pod, container, status.getExitCode())
                        ? Step.AGAIN
                        : Step.FAIL;
            }
            default -> {
                if (!Restarts.isDueOnFailure(pod, container)) {
                    yield Step.FAIL;
                }
                yield Step.AGAIN;
            }
        };
    }

    private void planSidecar(Container container, ContainerStatus status) {
        if (!RuntimePod.isRunning(status)) {
            init.addFirst(container);
            return;
        }
        var probe = failedProbe(status);
        if (probe.isPresent()) {
            kills.add(
                    new Kill(
                            status.getId(),
                            container.getName(),
                            "Init container %s failed %s probe"
                                    .formatted(container.getName(), probe.get())));
            init.addFirst(container);
        } else if (PodResize.needsRestart(pod, container, actuated)) {
            kills.add(restartToResize(container, status));
            init.addFirst(container);
        }
    }

    private static Kill restartToResize(Container container, ContainerStatus status) {
        return new Kill(
                status.getId(),
                container.getName(),
                "Container %s resize requires restart".formatted(container.getName()));
    }

    private void planContainers() {
        int keep = 0;
        for (var container : pod.getSpec().getContainers()) {
            var found = actual.container(container.getName());
            if (found.isEmpty() || !RuntimePod.isRunning(found.get())) {
                if (Restarts.isDue(pod, container, found)) {
                    start.add(container);
                }
                continue;
            }
            boolean isChanged = isChanged(container, found.get());
            var probe = failedProbe(found.get());
            if (!isChanged && probe.isEmpty()) {
                if (PodResize.needsRestart(pod, container, actuated)) {
                    kills.add(restartToResize(container, found.get()));
                    start.add(container);
                } else {
                    keep++;
                }
                continue;
            }
            var message =
                    isChanged
                            ? "Container %s definition changed".formatted(container.getName())
                            : "Container %s failed %s probe"
                                    .formatted(container.getName(), probe.orElse(""));
            if (isChanged || Restarts.isDueOnFailure(pod, container)) {
                message += ", will be restarted";
                start.add(container);
            }
            kills.add(new Kill(found.get().getId(), container.getName(), message));
        }
        if (keep == 0 && start.isEmpty()) {
            killPod = true;
            init.clear(); // sidecars do not keep a pod alive whose work is done
        }
    }

    /// Of what a container runs, only its image can be changed.
    public static String hash(Container container) {
        var text = container.getName() + " " + container.getImage();
        return Integer.toHexString(text.hashCode());
    }

    private static boolean isChanged(Container container, ContainerStatus status) {
        var hash = status.getAnnotationsOrDefault(ANNOTATION_HASH, "");
        return !hash.isEmpty() && !hash.equals(hash(container));
    }

    private Optional<String> failedProbe(ContainerStatus status) {
        if (probes.liveness(status.getId()) == ProbeState.Result.FAILURE) {
            return Optional.of("liveness");
        }
        if (probes.startup(status.getId()) == ProbeState.Result.FAILURE) {
            return Optional.of("startup");
        }
        return Optional.empty();
    }

    /// Once an ordinary container has run, the init containers are behind us, in this sandbox or an
    /// earlier one that is still ready.
    public static boolean hasAnyContainerStarted(Pod pod, RuntimePod actual) {
        var sandbox = actual.sandbox();
        if (sandbox.isEmpty()) {
            return false;
        }
        return pod.getSpec().getContainers().stream()
                .flatMap(container -> actual.container(container.getName()).stream())
                // what an earlier sandbox ran does not count: with a new one, all begins anew
                .filter(status -> status.getCreatedAt() >= sandbox.get().getCreatedAt())
                .anyMatch(status -> RuntimePod.isRunning(status) || RuntimePod.hasExited(status));
    }
}
