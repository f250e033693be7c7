package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.j8s.cri.v1.ContainerFilter;
import io.j8s.cri.v1.PodSandboxFilter;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.api.ClusterApi;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodResources;
import io.j8s.nodeagent.core.PodStatuses.Verdict;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.cri.CriException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// One worker for each pod of the node, by uid. What the API server says of pods comes in through
/// the listener, what the runtime says through its events and a relist behind them, which wakes the
/// worker of a pod that looks different; pods that only the runtime knows are ended.
///
/// The map is the only shared state; a worker leaves it when nothing of its pod is left.
public final class PodWorkers implements ClusterApi.PodListener {

    private static final Logger log = LoggerFactory.getLogger(PodWorkers.class);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration EVENTS_RETRY = Duration.ofSeconds(5);
    // a runtime without events, or one that is down, refuses sooner
    private static final Duration EVENTS_PROVEN = Duration.ofSeconds(5);
    private static final Duration UNHEALTHY_AFTER =
            Duration.ofMinutes(3); // upstream: relistThreshold

    private final PodTools tools;
    private final Admission admission;
    private final RelistPace pace;
    private final Map<String, PodWorker> workers = new ConcurrentHashMap<>();
    private final Map<String, String> seen = new ConcurrentHashMap<>(); // written by the relist
    private final Map<ObjectKey, Pod> mirrors = new ConcurrentHashMap<>();
    private volatile boolean hasRelisted;
    private volatile boolean areSourcesReady;
    private volatile boolean closed;
    private volatile boolean isShuttingDown;
    private volatile long relistedAtNanos;

    /// @param admission whether a pod that is new here may run here
    public PodWorkers(PodTools tools, Admission admission) {
        this.tools = tools;
        this.admission = admission;
        this.pace = new RelistPace(tools.timers(), tools.threads());
        this.relistedAtNanos = tools.timers().nanoTime();
    }

    /// Decides over pods as they arrive. upstream: canAdmitPod.
    public interface Admission {
        Optional<Verdict> refusal(Pod pod, Collection<Pod> others);

        /// What is missing for the pod to have what it asks for now.
        Optional<Verdict> shortage(Pod pod, Collection<Pod> others);

        /// How much of each resource is missing for a new pod: `pods`, `cpu` in thousandths,
        /// `memory` in bytes.
        Map<String, Long> missing(Pod pod, Collection<Pod> others);
    }

    /// What pods are given is decided one after the other.
    private Optional<Verdict> grant(Pod desired, Runnable accept) {
        synchronized (admission) {
            var refusal = admission.shortage(desired, allocated());
            if (refusal.isEmpty()) {
                accept.run();
            }
            return refusal;
        }
    }

    private List<Pod> allocated() {
        return workers.values().stream().map(PodWorker::allocated).toList();
    }

    public void start() {
        tools.threads().execute(this::relist);
        tools.threads().execute(this::followEvents);
    }

    /// Where the runtime tells what happens, pods are woken at once; the relist stays behind it.
    private void followEvents() {
        try {
            while (!closed) {
                try (var _ =
                        tools.timers()
                                .schedule(EVENTS_PROVEN, tools.threads(), pace::eventsBegun)) {
                    tools.runtime().watchEvents(this::heard);
                } catch (CriException e) {
                    if (e.kind() == CriException.Kind.UNIMPLEMENTED) {
                        return;
                    }
                }
                pace.eventsEnded();
                tools.timers().sleep(EVENTS_RETRY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void heard(String uid) {
        pace.heard();
        if (!uid.isEmpty()) {
            wake(uid);
        }
    }

    /// Pods run on; only the work on them stops.
    public void close() {
        closed = true;
    }

    @Override
    public void changed(Pod pod) {
        if (PodFacts.isMirror(pod)) {
            mirrors.put(key(pod), pod); // the static pod behind it is the truth
            var worker = workers.get(PodFacts.mirrored(pod));
            if (worker != null) {
                worker.mirrored(pod);
            }
            return;
        }
        add(pod);
    }

    /// From the API server or from a file of this node.
    public void add(Pod pod) {
        var uid = PodFacts.uid(pod);
        workers.compute(
                uid,
                (_, known) -> {
                    if (known != null) {
                        known.update(pod);
                        return known;
                    }
                    return begin(pod);
                });
    }

    @Override
    public void deleted(Pod pod) {
        if (PodFacts.isMirror(pod)) {
            mirrors.remove(key(pod));
        } else {
            remove(PodFacts.uid(pod));
        }
    }

    /// What the API server shows of a static pod, as far as this node has heard.
    public Optional<Pod> mirror(ObjectKey key) {
        return Optional.ofNullable(mirrors.get(key));
    }

    /// Whether anything is left of another pod of that name.
    public boolean isNameTaken(Pod pod) {
        return workers.values().stream()
                .map(PodWorker::spec)
                .anyMatch(other ->
                        key(other).equals(key(pod))
                                && !PodFacts.uid(other).equals(PodFacts.uid(pod)));
    }

    private static ObjectKey key(Pod pod) {
        return new ObjectKey(pod.getMetadata().getNamespace(), pod.getMetadata().getName());
    }

    public void remove(String uid) {
        var worker = workers.get(uid);
        if (worker != null) {
            worker.gone();
        }
    }

    @Override
    public void synced() {
        areSourcesReady = true;
    }

    /// The pods of this node with their latest status.
    public List<Pod> pods() {
        return workers.values().stream().map(PodWorker::pod).toList();
    }

    /// Of pods with one name, one deleted and its successor, the younger one.
    public Optional<Pod> pod(String namespace, String name) {
        return workers.values().stream()
                .filter(worker -> isNamed(worker.spec(), namespace, name))
                .map(PodWorker::pod)
                .max(
                        Comparator.comparing(
                                pod -> String.valueOf(pod.getMetadata().getCreationTimestamp())));
    }

    private static boolean isNamed(Pod pod, String namespace, String name) {
        return pod.getMetadata().getNamespace().equals(namespace)
                && pod.getMetadata().getName().equals(name);
    }

    /// What the runtime last had of a pod.
    public RuntimePod actual(String uid) {
        var worker = workers.get(uid);
        return worker == null ? RuntimePod.none(uid) : worker.actual();
    }

    /// Whether a pod may still be needed: before all are known, every one is.
    public boolean isKnown(String uid) {
        return !areSourcesReady || workers.containsKey(uid);
    }

    /// The node ends a pod.
    public void end(String uid, Verdict why) {
        var worker = workers.get(uid);
        if (worker != null) {
            worker.end(why);
        }
    }

    /// upstream: the shutdown manager's message.
    public void endForShutdown(boolean isCritical, Duration limit) throws InterruptedException {
        var deadline = tools.timers().deadline(limit);
        var ending =
                pods().stream()
                        .filter(pod -> !PodFacts.hasEnded(pod))
                        .filter(pod -> PodResources.isCritical(pod) == isCritical)
                        .toList();
        ending.forEach(pod -> end(PodFacts.uid(pod), shutdown(pod, limit)));
        while (!deadline.hasPassed()
                && ending.stream()
                        .anyMatch(pod -> actual(PodFacts.uid(pod)).isAnyContainerRunning())) {
            tools.timers().sleep(LOOK);
        }
    }

    /// A pod has its own time, but no more than there is.
    private static Verdict shutdown(Pod pod, Duration limit) {
        var own = PodStopper.grace(pod);
        return new Verdict(
                "Terminated",
                "Pod was terminated in response to imminent node shutdown.",
                own.compareTo(limit) < 0 ? own : limit,
                true,
                false);
    }

    /// From now on no pod comes in.
    public void refuseForShutdown() {
        isShuttingDown = true;
    }

    /// Whether the runtime has answered lately; upstream: the PLEG's health.
    public boolean isHealthy() {
        return tools.timers().nanoTime() - relistedAtNanos < UNHEALTHY_AFTER.toNanos();
    }

    private PodWorker begin(Pod pod) {
        // what came after the first look at the runtime and was not in it is new to it
        boolean isNew = areSourcesReady && hasRelisted && !seen.containsKey(PodFacts.uid(pod));
        var worker = new PodWorker(tools, pod, isNew, this::grant);
        List<Pod> victims = new ArrayList<>();
        if (!PodFacts.isBeingDeleted(pod) && !PodFacts.hasEnded(pod)) {
            refusal(pod, victims)
                    .ifPresent(why -> {
                        tools.events()
                                .warning(PodFacts.reference(pod, ""), why.reason(), why.message());
                        worker.end(why.asRejection());
                    });
        }
        victims.forEach(this::preempt);
        mirror(key(pod))
                .filter(mirror -> PodFacts.mirrored(mirror).equals(PodFacts.uid(pod)))
                .ifPresent(worker::mirrored);
        tools.threads()
                .execute(() -> {
                    if (haveEnded(victims)) {
                        work(worker, PodFacts.uid(pod));
                    }
                });
        return worker;
    }

    /// @param victims takes the pods that make room for this one
    private Optional<Verdict> refusal(Pod pod, List<Pod> victims) {
        if (isShuttingDown) {
            return Optional.of(
                    new Verdict("NodeShutdown", "Pod was rejected as the node is shutting down."));
        }
        var others = allocated();
        var refusal = admission.refusal(pod, others);
        if (refusal.isEmpty()
                || !PodResources.isCritical(pod)
                || !refusal.get().reason().startsWith("OutOf")) {
            return refusal;
        }
        var missing = admission.missing(pod, others);
        var running = others.stream().filter(other -> !PodFacts.hasEnded(other)).toList();
        var found = Preemption.victims(pod, running, missing);
        if (found.isEmpty()) {
            return Optional.of(Preemption.inVain(missing));
        }
        victims.addAll(found.get());
        return Optional.empty();
    }

    private void preempt(Pod victim) {
        var why = Preemption.VERDICT;
        tools.events().warning(PodFacts.reference(victim, ""), why.reason(), why.message());
        end(PodFacts.uid(victim), why);
    }

    /// A critical pod starts when those have gone that made room for it.
    private boolean haveEnded(List<Pod> victims) {
        try {
            while (victims.stream()
                    .anyMatch(pod -> actual(PodFacts.uid(pod)).isAnyContainerRunning())) {
                tools.timers().sleep(LOOK);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void work(PodWorker worker, String uid) {
        try {
            worker.run();
            workers.remove(uid, worker);
            workers.values().forEach(PodWorker::retryResize);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void relist() {
        try {
            while (!closed) {
                try {
                    compare(snapshot());
                    relistedAtNanos = tools.timers().nanoTime();
                    hasRelisted = true;
                } catch (CriException e) {
                    log.atDebug().addKeyValue("cause", e.getMessage()).log("runtime can't list");
                } catch (RuntimeException | StackOverflowError | LinkageError e) {
                    log.atError().setCause(e).log("relist failed");
                }
                pace.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// For each pod the text of [RuntimePod#states].
    private Map<String, String> snapshot() throws CriException {
        var states = new HashMap<String, TreeMap<String, String>>();
        for (var sandbox :
                tools.runtime().listPodSandboxes(PodSandboxFilter.getDefaultInstance())) {
            var uid = sandbox.getLabelsOrDefault(RuntimePod.LABEL_UID, "");
            states.computeIfAbsent(uid, _ -> new TreeMap<>())
                    .put(sandbox.getId(), sandbox.getState().name());
            if (!uid.isEmpty() && areSourcesReady && !workers.containsKey(uid)) {
                endOrphan(sandbox.getLabelsMap(), uid);
            }
        }
        for (var container : tools.runtime().listContainers(ContainerFilter.getDefaultInstance())) {
            states.computeIfAbsent(
                            container.getLabelsOrDefault(RuntimePod.LABEL_UID, ""),
                            _ -> new TreeMap<>())
                    .put(container.getId(), container.getState().name());
        }
        var snapshot = new HashMap<String, String>();
        states.forEach((uid, state) -> snapshot.put(uid, state.toString()));
        return snapshot;
    }

    private void compare(Map<String, String> now) {
        for (var entry : now.entrySet()) {
            if (!entry.getValue().equals(seen.put(entry.getKey(), entry.getValue()))) {
                tell(entry.getKey(), entry.getValue());
            }
        }
        for (var uid : List.copyOf(seen.keySet())) {
            if (!now.containsKey(uid)) {
                seen.remove(uid);
                tell(uid, RuntimePod.none(uid).states());
            }
        }
    }

    private void tell(String uid, String states) {
        var worker = workers.get(uid);
        if (worker != null) {
            worker.relisted(states);
        }
    }

    private void wake(String uid) {
        var worker = workers.get(uid);
        if (worker != null) {
            worker.wake();
        }
    }

    /// Deleted while the agent was down: as much of the pod as its labels tell is enough to end it.
    private void endOrphan(Map<String, String> labels, String uid) {
        var pod =
                new PodBuilder()
                        .withNewMetadata()
                        .withName(labels.getOrDefault(RuntimePod.LABEL_NAME, uid))
                        .withNamespace(labels.getOrDefault(RuntimePod.LABEL_NAMESPACE, "default"))
                        .withUid(uid)
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .build();
        log.atInfo()
                .addKeyValue("pod", PodFacts.inMessages(pod))
                .log("ending a pod that is no longer in the cluster");
        add(pod);
        remove(uid);
    }
}
