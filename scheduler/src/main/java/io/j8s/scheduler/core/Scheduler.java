package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/// The scheduler of a cluster (upstream: `pkg/scheduler`): informers fill the cache and the queue,
/// one thread finds nodes, and each binding runs on a virtual thread of its own, at most
/// [#BINDINGS_MAX] at a time.
///
/// A pod counts on its node from the moment it is assumed there; if binding fails the assumption is
/// taken back and the pod returns to the queue. Restarting loses nothing: everything is read again.
public final class Scheduler implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Scheduler.class);
    private static final int BINDINGS_MAX = 256;

    private final Api api;
    private final EventRecorder events;
    private final Timers timers;
    private final List<Profile> profiles;
    private final Map<String, Placement> placements = new HashMap<>();
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final Informer<Namespace> namespaces;
    private final ClusterCache cache;
    private final SchedulingQueue queue;
    private final Nominations nominations = new Nominations();
    private final Semaphore bindings = new Semaphore(BINDINGS_MAX);
    private @Nullable Thread loop;

    /// @param api acts as `system:kube-scheduler`
    /// @param profiles at least one, with different scheduler names
    public Scheduler(
            Api api,
            Informers informers,
            EventRecorder events,
            Timers timers,
            RandomGenerator random,
            List<Profile> profiles) {
        this.api = api;
        this.events = events;
        this.timers = timers;
        this.profiles = List.copyOf(profiles);
        profiles.forEach(p -> placements.put(p.schedulerName(), new Placement(p, random)));
        pods = informers.of(Kinds.PODS);
        nodes = informers.of(Kinds.NODES);
        namespaces = informers.of(Kinds.NAMESPACES);
        cache = new ClusterCache(this::namespaceLabels);
        queue =
                new SchedulingQueue(
                        timers,
                        profiles.getFirst().queueSort(),
                        this::preEnqueue,
                        name -> Profile.find(profiles, name));
    }

    /// Begins once the informers have synced; returns at once.
    public synchronized void start() {
        nodes.onChange(this::nodeChanged);
        pods.onChange(this::podChanged);
        namespaces.onChange((before, after) ->
                queue.changed(new ClusterChange(ClusterChange.Type.NAMESPACE, before, after)));
        loop = Thread.ofVirtual().name("scheduler").start(this::run);
    }

    public SchedulingQueue queue() {
        return queue;
    }

    @Override
    public synchronized void close() {
        queue.close();
        var running = loop;
        if (running != null) {
            running.interrupt();
        }
    }

    private void run() {
        try {
            pods.synced().join();
            nodes.synced().join();
            for (var next = queue.take(); next != null; next = queue.take()) {
                attempt(next);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("CatchingUnchecked") // an edge: a plugin's failure is one pod's, and retried
    private void attempt(QueuedPod queued) throws InterruptedException {
        try {
            tryOnce(queued);
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception bug) {
            log.atError().setCause(bug).addKeyValue("pod", queued.pod()).log("scheduling failed");
            queue.rejected(queued, Set.of());
            queue.done(queued.pod().uid());
        }
    }

    private void tryOnce(QueuedPod queued) throws InterruptedException {
        var pod = queued.pod();
        var current = pods.get(pod.key()).orElse(null);
        boolean stale =
                current == null
                        || !Meta.uid(current).equals(pod.uid())
                        || Meta.isTerminating(current)
                        || !Meta.orEmpty(current.getSpec().getNodeName()).isEmpty()
                        || cache.isAssumed(pod.uid());
        if (stale) {
            queue.done(pod.uid());
            return;
        }
        var profile = profileOf(pod);
        var snapshot = nominations.overlay(cache.snapshot(), pod);
        var placement = placement(profile);
        switch (placement.find(pod, snapshot, nominations.nodeOf(pod.uid()))) {
            case Placement.Result.Found(var node, _, _) -> reserveAndBind(queued, profile, node);
            case Placement.Result.Nowhere nowhere -> {
                var nominated = makeRoom(pod, profile, placement, snapshot, nowhere);
                reject(queued, nowhere.byPlugins(), nowhere.message(), nominated.orElse(null));
                queue.done(pod.uid());
            }
        }
    }

    private Optional<String> makeRoom(
            PodInfo pod,
            Profile profile,
            Placement placement,
            Snapshot snapshot,
            Placement.Result.Nowhere nowhere)
            throws InterruptedException {
        var questions = placement.questions(pod, snapshot);
        if (questions == null) {
            return Optional.empty();
        }
        for (var plugin : profile.of(PostFilterPlugin.class)) {
            var nominated =
                    plugin.postFilter(
                            pod,
                            snapshot,
                            nowhere.rejections(),
                            (node, removed) -> DryRun.check(questions, node, removed));
            if (nominated.isPresent()) {
                nominations.put(pod, nominated.get());
                return nominated;
            }
        }
        return Optional.empty();
    }

    private void reserveAndBind(QueuedPod queued, Profile profile, String node)
            throws InterruptedException {
        var pod = queued.pod();
        cache.assume(pod, node);
        var reserved = new ArrayList<ReservePlugin>();
        for (var plugin : profile.of(ReservePlugin.class)) {
            reserved.add(plugin);
            if (plugin.reserve(pod, node) instanceof Verdict.Rejected rejected) {
                giveBack(queued, reserved, node);
                reject(queued, Set.of(plugin.name()), rejected.reason(), null);
                queue.done(pod.uid());
                return;
            }
        }
        bindings.acquire();
        var _ =
                Thread.ofVirtual()
                        .name("bind " + pod)
                        .start(() -> bindAndRelease(queued, profile, reserved, node));
    }

    private void bindAndRelease(
            QueuedPod queued, Profile profile, List<ReservePlugin> reserved, String node) {
        try {
            bind(queued, profile, node);
            nominations.remove(queued.pod().uid());
            events.normal(
                    queued.pod().pod(),
                    "Scheduled",
                    "Successfully assigned %s to %s".formatted(queued.pod().key(), node));
        } catch (BindingFailed failed) {
            giveBack(queued, reserved, node);
            reject(queued, failed.plugins, failed.text, null);
        } catch (InterruptedException stopped) {
            giveBack(queued, reserved, node);
            Thread.currentThread().interrupt();
        } finally {
            queue.done(queued.pod().uid());
            bindings.release();
        }
    }

    private void bind(QueuedPod queued, Profile profile, String node)
            throws InterruptedException, BindingFailed {
        var pod = queued.pod();
        for (var plugin : profile.of(PermitPlugin.class)) {
            if (plugin.permit(pod, node) instanceof PermitPlugin.Decision.Refuse(var reason)) {
                throw new BindingFailed(Set.of(plugin.name()), reason);
            }
        }
        for (var plugin : profile.of(PreBindPlugin.class)) {
            if (plugin.isNeeded(pod)
                    && plugin.preBind(pod, node) instanceof Verdict.Rejected rejected) {
                throw new BindingFailed(Set.of(plugin.name()), rejected.reason());
            }
        }
        try {
            api.post(Kinds.PODS, pod.key(), "binding", binding(pod, node));
        } catch (StatusException refused) {
            throw new BindingFailed(
                    Set.of(), "binding rejected: " + Meta.orEmpty(refused.getMessage()));
        } catch (UncheckedIOException unreachable) {
            throw new BindingFailed(
                    Set.of(), "binding rejected: " + Meta.orEmpty(unreachable.getMessage()));
        }
    }

    private static String binding(PodInfo pod, String node) {
        return """
        {"apiVersion":"v1","kind":"Binding","metadata":{"name":%s,"namespace":%s,"uid":%s},\
        "target":{"apiVersion":"v1","kind":"Node","name":%s}}\
        """
                .formatted(
                        FieldErrors.quote(pod.key().name()),
                        FieldErrors.quote(pod.namespace()),
                        FieldErrors.quote(pod.uid()),
                        FieldErrors.quote(node));
    }

    private void giveBack(QueuedPod queued, List<ReservePlugin> reserved, String node) {
        reserved.reversed().forEach(plugin -> plugin.unreserve(queued.pod(), node));
        cache.forget(queued.pod());
        queue.changed(new ClusterChange(ClusterChange.Type.POD_DELETED, queued.pod().pod(), null));
    }

    private void reject(
            QueuedPod queued, Set<String> byPlugins, String message, @Nullable String nominated) {
        queue.rejected(queued, byPlugins);
        events.warning(queued.pod().pod(), "FailedScheduling", message);
        String reason = byPlugins.isEmpty() ? "SchedulerError" : "Unschedulable";
        try {
            tellStatus(queued.pod(), reason, message, nominated);
        } catch (StatusException | UncheckedIOException failed) {
            log.atDebug()
                    .addKeyValue("pod", queued.pod())
                    .addKeyValue("cause", failed.getMessage())
                    .log("could not update the pod's condition");
        }
    }

    /// Writes the condition only when it says something new, so that a pod that waits costs
    /// nothing.
    private void tellStatus(
            PodInfo pod, String reason, String message, @Nullable String nominated) {
        var current = pods.get(pod.key()).orElse(null);
        if (current == null) {
            return;
        }
        boolean known =
                current.getStatus().getConditions().stream()
                        .anyMatch(c ->
                                c.getType().equals("PodScheduled")
                                        && c.getStatus().equals("False")
                                        && reason.equals(c.getReason())
                                        && message.equals(c.getMessage()));
        boolean nominatedKnown =
                nominated == null || nominated.equals(current.getStatus().getNominatedNodeName());
        if (known && nominatedKnown) {
            return;
        }
        String condition =
                """
                {"type":"PodScheduled","status":"False","reason":"%s","message":%s,\
                "lastProbeTime":null,"lastTransitionTime":"%s"}\
                """
                        .formatted(
                                reason, FieldErrors.quote(message), Meta.timestamp(timers.now()));
        String nomination =
                nominated == null ? "" : ",\"nominatedNodeName\":" + FieldErrors.quote(nominated);
        api.patch(
                Kinds.PODS,
                pod.key(),
                Api.Patch.strategic(
                                "{\"status\":{\"conditions\":["
                                        + condition
                                        + "]"
                                        + nomination
                                        + "}}")
                        .on("status"));
    }

    private void nodeChanged(@Nullable Node before, @Nullable Node after) {
        if (after == null) {
            if (before != null) {
                cache.removeNode(Meta.name(before));
            }
        } else {
            cache.putNode(after);
        }
        if (before == null || after == null || NodeChanges.matter(before, after)) {
            queue.changed(new ClusterChange(ClusterChange.Type.NODE, before, after));
        }
    }

    private void podChanged(@Nullable Pod before, @Nullable Pod after) {
        boolean wasBound = before != null && isOnNode(before);
        if (after != null && isOnNode(after)) {
            var info = new PodInfo(after);
            queue.remove(info.uid());
            cache.putPod(info);
            nominations.remove(info.uid());
            var type = wasBound ? ClusterChange.Type.POD_UPDATED : ClusterChange.Type.POD_ADDED;
            queue.changed(new ClusterChange(type, before, after));
        } else if (before != null && wasBound) {
            cache.removePod(Meta.uid(before));
            queue.changed(new ClusterChange(ClusterChange.Type.POD_DELETED, before, null));
        } else if (after != null && isMine(after) && !hasEnded(after)) {
            waitingPodChanged(before, after);
        } else {
            gone(before == null ? after : before);
        }
    }

    private void waitingPodChanged(@Nullable Pod before, Pod after) {
        if (Meta.isTerminating(after)) {
            gone(after);
        } else if (before == null) {
            queue.add(new PodInfo(after));
        } else if (!cache.isAssumed(Meta.uid(after))) {
            boolean mayMatter =
                    !before.getSpec().equals(after.getSpec())
                            || !Meta.labels(before).equals(Meta.labels(after));
            queue.update(new PodInfo(after), mayMatter);
        }
    }

    private void gone(@Nullable Pod pod) {
        if (pod != null) {
            queue.remove(Meta.uid(pod));
            nominations.remove(Meta.uid(pod));
        }
    }

    /// Bound and not over: it takes room.
    private static boolean isOnNode(Pod pod) {
        return !Meta.orEmpty(pod.getSpec().getNodeName()).isEmpty() && !hasEnded(pod);
    }

    private static boolean hasEnded(Pod pod) {
        String phase = pod.getStatus() == null ? "" : Meta.orEmpty(pod.getStatus().getPhase());
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    private boolean isMine(Pod pod) {
        return Meta.orEmpty(pod.getSpec().getNodeName()).isEmpty()
                && placements.containsKey(pod.getSpec().getSchedulerName());
    }

    private Verdict preEnqueue(PodInfo pod) {
        return profileOf(pod).preEnqueue(pod);
    }

    private Profile profileOf(PodInfo pod) {
        String name = pod.spec().getSchedulerName();
        for (Profile profile : profiles) {
            if (profile.schedulerName().equals(name)) {
                return profile;
            }
        }
        throw new IllegalStateException("queued a pod of another scheduler: " + pod + " " + name);
    }

    private Placement placement(Profile profile) {
        var found = placements.get(profile.schedulerName());
        if (found == null) {
            throw new IllegalStateException("no placement for " + profile.schedulerName());
        }
        return found;
    }

    private Map<String, String> namespaceLabels(String name) {
        return namespaces.get(ObjectKey.clusterScoped(name)).map(Meta::labels).orElse(Map.of());
    }

    /// Why a binding did not come about; handled on the spot.
    private static final class BindingFailed extends Exception {
        private final transient Set<String> plugins;
        private final String text;

        BindingFailed(Set<String> plugins, String text) {
            super(text, null, false, false);
            this.plugins = plugins;
            this.text = text;
        }
    }
}
