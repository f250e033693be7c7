package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.ContainerStatus;
import io.j8s.nodeagent.core.Backoff;
import io.j8s.nodeagent.core.ConfigException;
import io.j8s.nodeagent.core.DownwardApi;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodRestart;
import io.j8s.nodeagent.core.PodSync;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.core.StartFailures;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.images.PresentImages;
import io.j8s.nodeagent.probes.LifecycleHooks;
import io.j8s.nodeagent.probes.PodProbes;
import io.j8s.nodeagent.volumes.ExpectedVolumes;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Carries out the plan for a pod that is to run. Used by the pod's worker only.
final class PodRunner {

    private static final Duration RESYNC = Duration.ofSeconds(60);
    private static final Duration RETRY = Duration.ofSeconds(10); // upstream: backOffPeriod
    private static final Duration VOLUME_REFRESH = Duration.ofSeconds(50);
    private static final Duration HOOK_LIMIT = Duration.ofMinutes(2);

    private final PodTools tools;
    private final StartFailures failures;
    private final PodProbes probes;
    private final PodStopper stopper;
    private final PodResizer resizer;
    private RuntimePods.Made made = new RuntimePods.Made(new ArrayList<>(), new ArrayList<>());
    private @Nullable Instant volumesMountedAt;
    private boolean hasFailedToMount;

    PodRunner(
            PodTools tools,
            StartFailures failures,
            PodProbes probes,
            PodStopper stopper,
            PodResizer resizer) {
        this.tools = tools;
        this.resizer = resizer;
        this.failures = failures;
        this.probes = probes;
        this.stopper = stopper;
    }

    /// What the last [#run] has made in the runtime.
    RuntimePods.Made made() {
        return made;
    }

    /// @param begun called when the runtime makes a sandbox, as it does first where volumes are
    ///   mounted meanwhile
    /// @return how long to wait without news
    Duration run(Pod pod, RuntimePod actual, Runnable begun)
            throws CriException, ConfigException, IOException, InterruptedException {
        made = new RuntimePods.Made(new ArrayList<>(), new ArrayList<>());
        if (PodRestart.isUnderWay(pod) && PodSync.nextAttempt(pod, actual) < 0) {
            removeAll(pod, actual);
            return Duration.ZERO; // the next round begins anew
        }
        var plan = PodSync.plan(pod, actual, probes, resizer.actuated());
        boolean isResized = plan.killPod() || resizer.actuate(pod, actual, !plan.kills().isEmpty());
        var wait = isResized ? RESYNC : RETRY;
        if (plan.isNothing()) {
            refreshVolumes(pod, actual);
            return wait;
        }
        refuseWhatIsImpossible(pod);
        var ip = actual.sandbox().map(found -> found.getNetwork().getIp()).orElse("");
        if (plan.killPod()) {
            stop(pod, actual, plan.createSandbox(), ip);
        }
        for (var kill : plan.kills()) {
            kill(pod, actual, kill, ip);
        }
        if (plan.ephemeral().isEmpty() && plan.init().isEmpty() && plan.start().isEmpty()) {
            return plan.killPod() ? Duration.ZERO : wait;
        }
        var images = new PresentImages(tools.runtime(), tools.threads());
        var sandbox =
                plan.createSandbox()
                        ? createSandbox(pod, actual, plan, images, begun)
                        : present(pod, actual, mountVolumes(pod, podIps(pod, actual)));
        var seen = plan.createSandbox() ? withoutInit(pod, actual) : actual;
        return min(
                wait,
                startAll(
                        pod,
                        seen,
                        plan,
                        new ContainerStarter(tools, sandbox, images, made),
                        sandbox));
    }

    /// What this node or its runtime can't do is refused by event, never ignored.
    private void refuseWhatIsImpossible(Pod pod) throws ConfigException {
        if (Boolean.FALSE.equals(pod.getSpec().getHostUsers())
                && !tools.settings().hasUserNamespaces()) {
            throw refused(
                    pod,
                    "can't set hostUsers to false: the runtime does not support user namespaces");
        }
    }

    private ConfigException refused(Pod pod, String why) {
        tools.events()
                .warning(
                        PodFacts.reference(pod, ""),
                        "FailedCreatePodSandBox",
                        "Failed to create pod sandbox: " + why);
        return new ConfigException("CreatePodSandboxError", why);
    }

    private void stop(Pod pod, RuntimePod actual, boolean isReplaced, String ip)
            throws CriException, InterruptedException {
        if (isReplaced && !actual.sandboxes().isEmpty()) {
            tools.events()
                    .normal(
                            PodFacts.reference(pod, ""),
                            "SandboxChanged",
                            "Pod sandbox changed, it will be killed and re-created.");
        }
        stopper.stopAll(pod, actual, PodStopper.grace(pod), ip);
        for (var sandbox : actual.sandboxes()) {
            tools.runtime().stopPodSandbox(sandbox.getId());
        }
    }

    /// The pod restarts in place: what ran is removed, only its logs stay.
    private void removeAll(Pod pod, RuntimePod actual) throws CriException, InterruptedException {
        var ip = actual.sandbox().map(found -> found.getNetwork().getIp()).orElse("");
        for (var removal : PodRestart.removals(pod, actual)) {
            for (var run : actual.containers()) {
                if (removal.isRunning() && run.getId().equals(removal.containerId())) {
                    stopper.stop(pod, run, Duration.ZERO, "killing", ip);
                }
            }
            probes.end(removal.containerId());
            tools.runtime().removeContainer(removal.containerId());
        }
    }

    private void kill(Pod pod, RuntimePod actual, PodSync.Kill kill, String ip)
            throws CriException, InterruptedException {
        for (var status : actual.containers()) {
            if (status.getId().equals(kill.containerId())) {
                stopper.stop(pod, status, killGrace(pod, kill), kill.message(), ip);
                probes.end(status.getId());
            }
        }
    }

    /// A probe may bring its own grace period.
    private static Duration killGrace(Pod pod, PodSync.Kill kill) {
        return PodFacts.container(pod, kill.name())
                .map(container ->
                        kill.message().contains("startup")
                                ? container.getStartupProbe()
                                : container.getLivenessProbe())
                .map(probe -> probe.getTerminationGracePeriodSeconds())
                .map(Duration::ofSeconds)
                .orElseGet(() -> PodStopper.grace(pod));
    }

    private void refreshVolumes(Pod pod, RuntimePod actual) throws ConfigException {
        var last = volumesMountedAt;
        if (!pod.getSpec().getVolumes().isEmpty()
                && (last == null || last.plus(VOLUME_REFRESH).isBefore(tools.timers().now()))) {
            mountVolumes(pod, podIps(pod, actual));
        }
    }

    private Map<String, Path> mountVolumes(Pod pod, List<String> podIps) throws ConfigException {
        var mounted = tools.volumes().mount(downward(pod, podIps));
        volumesMountedAt = tools.timers().now();
        for (var failure : mounted.failures()) {
            var reason = failure.startsWith("MapVolume.") ? "FailedMapVolume" : "FailedMount";
            tools.events().warning(PodFacts.reference(pod, ""), reason, failure);
        }
        if (!mounted.failures().isEmpty()) {
            throw new ConfigException("FailedMount", mounted.failures().getFirst());
        }
        return mounted.paths();
    }

    private DownwardApi.Context downward(Pod pod, List<String> podIps) {
        return new DownwardApi.Context(
                pod, podIps, tools.settings().addresses(), tools.settings().allocatable());
    }

    /// Upstream mounts the volumes first. Where nothing should keep them from being mounted, that
    /// goes on while the runtime makes the sandbox; when something does, the sandbox goes again.
    private ContainerStarter.Sandbox createSandbox(
            Pod pod, RuntimePod actual, PodSync.Plan plan, PresentImages images, Runnable begun)
            throws CriException, ConfigException, IOException, InterruptedException {
        var before = podIps(pod, actual);
        boolean isMountedMeanwhile = isMountedMeanwhile(pod);
        var volumes = isMountedMeanwhile ? Map.<String, Path>of() : mountVolumes(pod, before);
        prepareResources(pod);
        purgeInit(pod, actual);
        resizer.createGroup(pod);
        var config = SandboxStarter.config(tools, pod, plan.attempt());
        Files.createDirectories(SandboxStarter.logDirectory(tools, pod));
        var making = SandboxMaking.begin(tools.runtime(), tools.threads(), config, handler(pod));
        plan.init().forEach(container -> ask(images, container));
        plan.start().forEach(container -> ask(images, container));
        begun.run();
        if (isMountedMeanwhile) {
            volumes = mountMeanwhile(pod, before, making);
        }
        String id;
        try {
            id = making.await();
        } catch (CriException e) {
            tools.events()
                    .warning(
                            PodFacts.reference(pod, ""),
                            "FailedCreatePodSandBox",
                            "Failed to create pod sandbox: " + e.getMessage());
            throw e;
        }
        var status = tools.runtime().podSandboxStatus(id);
        made.sandboxes().add(status);
        var fresh = new RuntimePod(actual.uid(), List.of(status), List.of());
        return new ContainerStarter.Sandbox(id, config, downward(pod, podIps(pod, fresh)), volumes);
    }

    boolean isMountedMeanwhile(Pod pod) {
        return !hasFailedToMount && ExpectedVolumes.areAll(pod);
    }

    private Map<String, Path> mountMeanwhile(Pod pod, List<String> podIps, SandboxMaking making)
            throws ConfigException {
        try {
            return mountVolumes(pod, podIps);
        } catch (ConfigException e) {
            hasFailedToMount = true; // from now on in upstream's order
            try {
                making.withdraw();
            } catch (CriException left) {
                e.addSuppressed(left); // the next round looks for it
            }
            throw e;
        } catch (RuntimeException e) {
            making.settle();
            throw e;
        }
    }

    private static void ask(PresentImages images, Container container) {
        images.ask(
                container.getImage() == null ? "" : container.getImage(),
                container.getImagePullPolicy() == null ? "" : container.getImagePullPolicy());
    }

    private void prepareResources(Pod pod) throws ConfigException {
        try {
            new DynamicResources(tools.api()::resourceClaim).prepare(pod);
        } catch (ConfigException e) {
            tools.events()
                    .warning(
                            PodFacts.reference(pod, ""),
                            DynamicResources.FAILED,
                            "Failed to prepare dynamic resources: " + e.getMessage());
            throw e;
        }
    }

    private String handler(Pod pod) throws ConfigException {
        var name = pod.getSpec().getRuntimeClassName();
        if (name == null || name.isEmpty()) {
            return "";
        }
        return tools.api()
                .runtimeHandler(name)
                .orElseThrow(() ->
                        refused(
                                pod,
                                "failed to get sandbox runtime: RuntimeClass \"%s\" not found"
                                        .formatted(name)));
    }

    private ContainerStarter.Sandbox present(Pod pod, RuntimePod actual, Map<String, Path> volumes)
            throws ConfigException, IOException {
        var newest = actual.sandbox().orElseThrow();
        return new ContainerStarter.Sandbox(
                newest.getId(),
                SandboxStarter.config(tools, pod, newest.getMetadata().getAttempt()),
                downward(pod, podIps(pod, actual)),
                volumes);
    }

    /// With a new sandbox the init containers run again, so what is left of them must not be taken
    /// for their having run.
    private void purgeInit(Pod pod, RuntimePod actual) throws CriException {
        for (var status : actual.containers()) {
            if (isInit(pod, status)) {
                tools.runtime().removeContainer(status.getId());
            }
        }
    }

    private static RuntimePod withoutInit(Pod pod, RuntimePod actual) {
        return new RuntimePod(
                actual.uid(),
                actual.sandboxes(),
                actual.containers().stream().filter(status -> !isInit(pod, status)).toList());
    }

    private static boolean isInit(Pod pod, ContainerStatus status) {
        return pod.getSpec().getInitContainers().stream()
                .anyMatch(init -> init.getName().equals(RuntimePod.nameOf(status)));
    }

    private List<String> podIps(Pod pod, RuntimePod actual) {
        return actual.ips(pod, tools.settings().addresses());
    }

    private Duration startAll(
            Pod pod,
            RuntimePod actual,
            PodSync.Plan plan,
            ContainerStarter starter,
            ContainerStarter.Sandbox sandbox)
            throws InterruptedException, CriException {
        starter.ensureImageVolumes();
        var wait = RESYNC;
        for (var container : plan.ephemeral()) {
            wait = min(wait, start(pod, container, actual, starter, sandbox));
        }
        for (var container : plan.init()) {
            var next = start(pod, container, actual, starter, sandbox);
            wait = min(wait, next);
            if (failures.of(container.getName()).isPresent() && !PodFacts.isSidecar(container)) {
                return wait; // those after it wait for it
            }
        }
        for (var container : plan.start()) {
            wait = min(wait, start(pod, container, actual, starter, sandbox));
        }
        return wait;
    }

    private Duration start(
            Pod pod,
            Container container,
            RuntimePod actual,
            ContainerStarter starter,
            ContainerStarter.Sandbox sandbox)
            throws InterruptedException, CriException {
        var waiting = backoff(pod, container, actual);
        if (waiting.isPresent()) {
            return waiting.get();
        }
        try {
            var id = starter.start(container, actual);
            failures.clear(container.getName());
            resizer.started(container);
            removeOlderRuns(container, actual);
            runPostStart(pod, container, id, sandbox);
            return RESYNC; // the worker looks at it once more in any case
        } catch (ConfigException e) {
            failures.put(
                    container.getName(),
                    new StartFailures.Failure(
                            e.reason(), e.getMessage() == null ? "" : e.getMessage()));
            return RETRY;
        }
    }

    /// Whether the container ended so short a time ago that it has to wait, and how long.
    private Optional<Duration> backoff(Pod pod, Container container, RuntimePod actual) {
        var ended = actual.container(container.getName()).filter(RuntimePod::hasExited);
        if (ended.isEmpty()) {
            return Optional.empty();
        }
        var key = PodFacts.uid(pod) + "_" + container.getName() + "_" + container.getImage();
        var since =
                Instant.ofEpochSecond(
                        0, Math.max(ended.get().getFinishedAt(), ended.get().getStartedAt()));
        var now = tools.timers().now();
        var crashes = tools.crashes();
        if (!crashes.isWaiting(key, since, now)) {
            crashes.next(key, since, now);
            return Optional.empty();
        }
        var message =
                "back-off %s restarting failed container=%s pod=%s"
                        .formatted(
                                Backoff.inMessages(crashes.delay(key)),
                                container.getName(),
                                PodFacts.inMessages(pod));
        failures.put(container.getName(), new StartFailures.Failure("CrashLoopBackOff", message));
        tools.events()
                .warning(
                        PodFacts.containerReference(pod, container.getName()),
                        "BackOff",
                        "Back-off restarting failed container %s in pod %s"
                                .formatted(container.getName(), PodFacts.inMessages(pod)));
        return Optional.of(Duration.between(now, crashes.end(key, since)).plusMillis(10));
    }

    /// One ended run of each container is kept, for its logs and the last state.
    private void removeOlderRuns(Container container, RuntimePod actual) throws CriException {
        var old =
                actual.containers().stream()
                        .filter(status -> RuntimePod.nameOf(status).equals(container.getName()))
                        .filter(status -> !RuntimePod.isRunning(status))
                        .skip(1)
                        .toList();
        for (var status : old) {
            tools.runtime().removeContainer(status.getId());
            deleteLog(status);
        }
    }

    private static void deleteLog(ContainerStatus status) {
        try {
            Files.deleteIfExists(Path.of(status.getLogPath()));
        } catch (IOException e) {
            return; // goes with the pod's directory
        }
    }

    private void runPostStart(
            Pod pod, Container container, String id, ContainerStarter.Sandbox sandbox)
            throws InterruptedException, ConfigException, CriException {
        var hook =
                container.getLifecycle() == null ? null : container.getLifecycle().getPostStart();
        if (hook == null) {
            return;
        }
        try {
            var ip = sandbox.downward().podIps().stream().findFirst().orElse("");
            LifecycleHooks.run(
                    tools.runtime(), tools.timers(), pod, container, hook, id, ip, HOOK_LIMIT);
        } catch (IOException e) {
            tools.events()
                    .warning(
                            PodFacts.containerReference(pod, container.getName()),
                            "FailedPostStartHook",
                            "PostStartHook failed");
            var status = tools.runtime().containerStatus(id);
            if (RuntimePod.isRunning(status)) {
                stopper.stop(pod, status, PodStopper.grace(pod), "FailedPostStartHook", "");
            }
            throw new ConfigException("PostStartHookError", e.getMessage());
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
