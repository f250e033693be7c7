package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// The scheduler of a cluster (upstream: `pkg/scheduler`): informers fill the cache and the queue,
/// one thread finds nodes, and each binding runs on a virtual thread of its own.
///
/// A pod counts on its node from the moment it is assumed there; if binding fails the assumption is
/// taken back and the pod returns to the queue. Restarting loses nothing: everything is read again.
public final class Scheduler implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Scheduler.class);

    private final SchedulerState state;
    private final Map<String, Placement> placements = new HashMap<>();
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final ClusterEvents clusterEvents;
    private final BindingCycle bindings;
    private @Nullable Thread loop;
    private boolean listens;

    public Scheduler(Informers informers, SchedulerState state) {
        this.state = state;
        pods = informers.of(Kinds.PODS);
        nodes = informers.of(Kinds.NODES);
        clusterEvents = new ClusterEvents(informers, state);
        bindings = new BindingCycle(state);
        state.profiles()
                .forEach((name, profile) ->
                        placements.put(
                                name,
                                new Placement(
                                        profile,
                                        state.nominations(),
                                        state.settings().nodesToScorePercent(),
                                        state.settings().random(),
                                        state.metrics(name))));
    }

    /// Begins once the informers have synced; returns at once.
    public synchronized void start() {
        listen();
        loop = Thread.ofVirtual().name("scheduler").start(this::run);
    }

    /// Listens to the cluster without trying any pod, once however often it is called.
    public synchronized void listen() {
        if (!listens) {
            listens = true;
            clusterEvents.listen();
        }
    }

    /// Completes when everything that placements are judged by has been read.
    public CompletableFuture<Void> synced() {
        return CompletableFuture.allOf(pods.synced(), nodes.synced(), clusterEvents.synced());
    }

    @Override
    public synchronized void close() {
        state.queue().close();
        var running = loop;
        if (running != null) {
            running.interrupt();
        }
    }

    private void run() {
        try {
            synced().join();
            var queue = state.queue();
            for (var next = queue.take(); next != null; next = queue.take()) {
                survive(next);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /// Goes on with the next pod even where noting a failure failed.
    @SuppressWarnings("CatchingUnchecked") // an edge: one pod must not end the loop for all
    private void survive(QueuedPod queued) throws InterruptedException {
        try {
            attempt(queued);
        } catch (RuntimeException | StackOverflowError | LinkageError bug) {
            log.atError().setCause(bug).addKeyValue("pod", queued.pod()).log("scheduling failed");
        }
    }

    /// Tries the next pod if there is one, in this very thread.
    ///
    /// @return whether there was one
    public boolean step() throws InterruptedException {
        var next = state.queue().poll();
        if (next == null) {
            return false;
        }
        attempt(next);
        return true;
    }

    @SuppressWarnings("CatchingUnchecked") // an edge: a plugin's failure is one pod's, and retried
    private void attempt(QueuedPod queued) throws InterruptedException {
        long began = state.timers().nanoTime();
        var profile = state.profileOf(queued.pod());
        try {
            tryOnce(queued, profile, began);
        } catch (PluginFailure failure) {
            fail(queued, profile, error(failure.text()), began);
        } catch (RuntimeException | StackOverflowError | LinkageError bug) {
            log.atError().setCause(bug).addKeyValue("pod", queued.pod()).log("scheduling failed");
            fail(queued, profile, error(Meta.orEmpty(bug.getMessage())), began);
        }
    }

    static FailureHandler.Failure error(String message) {
        return new FailureHandler.Failure(Set.of(), true, message, "");
    }

    private void fail(
            QueuedPod queued, Profile profile, FailureHandler.Failure failure, long began) {
        state.metrics(profile.schedulerName())
                .attempted(failure.isError() ? "error" : "unschedulable", began);
        state.failures().handle(queued, failure);
    }

    private void tryOnce(QueuedPod queued, Profile profile, long began)
            throws InterruptedException {
        var pod = queued.pod();
        if (isStale(pod)) {
            state.queue().done(pod.uid());
            return;
        }
        var snapshot = state.cache().snapshot();
        var placement = placements.get(profile.schedulerName());
        if (placement == null) {
            throw new IllegalStateException("no placement for " + profile.schedulerName());
        }
        var result = placement.find(pod, snapshot);
        state.metrics().algorithmEnded(began);
        switch (result) {
            case Placement.Result.Found(var node, _, _) ->
                    reserveAndBind(queued, profile, node, began);
            case Placement.Result.Nowhere nowhere ->
                    fail(queued, profile, makeRoom(pod, profile, snapshot, nowhere), began);
        }
    }

    private boolean isStale(PodInfo pod) {
        var current = pods.get(pod.key()).orElse(null);
        if (current == null
                || !Meta.uid(current).equals(pod.uid())
                || !Meta.orEmpty(current.getSpec().getNodeName()).isEmpty()
                || state.cache().isAssumed(pod.uid())) {
            return true;
        }
        if (Meta.isTerminating(current)) {
            state.events().failed(current, "skip schedule deleting pod: " + pod.key());
            return true;
        }
        return false;
    }

    private FailureHandler.Failure makeRoom(
            PodInfo pod, Profile profile, Snapshot snapshot, Placement.Result.Nowhere nowhere) {
        if (snapshot.size() == 0) {
            return new FailureHandler.Failure(Set.of(), false, nowhere.message(), "");
        }
        var filters = nowhere.filters();
        PostFilterPlugin.Fit fit =
                (node, removed) ->
                        filters == null
                                ? new Verdict.Rejected(nowhere.message(), false)
                                : filters.without(node, removed);
        var metrics = state.metrics(profile.schedulerName());
        long began = metrics.begin();
        @Nullable String nominated = profile.postFilter().isEmpty() ? "" : null;
        var messages = new ArrayList<String>();
        for (var plugin : profile.postFilter()) {
            if (nowhere.unprepared().contains(plugin.name())) {
                // upstream: it finds no state of its own, which is an error and ends the round
                metrics.end(ExtensionPoint.POST_FILTER, ProfileMetrics.ERROR, began);
                return failure(nowhere, List.of("not found"), null);
            }
            var outcome = plugin.postFilter(pod, snapshot, nowhere.rejections(), fit);
            if (filters != null) {
                filters.tell();
            }
            if (outcome.isSuccess()) {
                metrics.end(ExtensionPoint.POST_FILTER, ProfileMetrics.SUCCESS, began);
                return failure(nowhere, List.of(outcome.message()), outcome.node());
            }
            if (!outcome.message().isEmpty()) {
                messages.add(outcome.message());
            }
            nominated = outcome.node() == null ? nominated : outcome.node();
        }
        if (!profile.postFilter().isEmpty()) {
            metrics.end(ExtensionPoint.POST_FILTER, ProfileMetrics.code(true), began);
        }
        return failure(nowhere, messages, nominated);
    }

    private static FailureHandler.Failure failure(
            Placement.Result.Nowhere nowhere, List<String> more, @Nullable String nominated) {
        var text = new StringBuilder(nowhere.message());
        var appended = String.join(", ", more);
        if (!appended.isEmpty()) {
            text.append(' ').append(appended);
        }
        return new FailureHandler.Failure(nowhere.byPlugins(), false, text.toString(), nominated);
    }

    private void reserveAndBind(QueuedPod queued, Profile profile, String node, long began)
            throws InterruptedException {
        var pod = queued.pod();
        state.cache().assume(pod, node);
        state.nominations().remove(pod.uid());
        var reserved = new ArrayList<ReservePlugin>();
        var attempt = new BindingCycle.Attempt(queued, profile, node, reserved, began);
        try {
            if (!reserve(attempt) || !permit(attempt)) {
                return;
            }
        } catch (PluginFailure failure) {
            bindings.giveBack(attempt);
            throw failure;
        }
        bindings.start(attempt);
    }

    /// @return false when a plugin refused, and all was given back
    private boolean reserve(BindingCycle.Attempt attempt) {
        var metrics = state.metrics(attempt.profile().schedulerName());
        long began = metrics.begin();
        for (var plugin : attempt.profile().reserve()) {
            attempt.reserved().add(plugin);
            if (plugin.reserve(attempt.pod(), attempt.node())
                    instanceof Verdict.Rejected rejected) {
                metrics.end(ExtensionPoint.RESERVE, rejected, began);
                giveUp(attempt, plugin, rejected.reason());
                return false;
            }
        }
        metrics.end(ExtensionPoint.RESERVE, ProfileMetrics.SUCCESS, began);
        return true;
    }

    private boolean permit(BindingCycle.Attempt attempt) {
        var metrics = state.metrics(attempt.profile().schedulerName());
        long began = metrics.begin();
        var waits = new HashMap<String, Duration>();
        for (var plugin : attempt.profile().permit()) {
            switch (plugin.permit(attempt.pod(), attempt.node())) {
                case PermitPlugin.Decision.Go _ -> {}
                case PermitPlugin.Decision.Wait(var atMost) -> waits.put(plugin.name(), atMost);
                case PermitPlugin.Decision.Refuse(var reason) -> {
                    metrics.end(ExtensionPoint.PERMIT, ProfileMetrics.code(true), began);
                    giveUp(attempt, plugin, reason);
                    return false;
                }
            }
        }
        metrics.end(
                ExtensionPoint.PERMIT, waits.isEmpty() ? ProfileMetrics.SUCCESS : "Wait", began);
        if (!waits.isEmpty()) {
            state.waiting().add(attempt.pod(), waits);
        }
        return true;
    }

    private void giveUp(BindingCycle.Attempt attempt, Plugin plugin, String reason) {
        bindings.giveBack(attempt);
        fail(
                attempt.queued(),
                attempt.profile(),
                new FailureHandler.Failure(
                        Set.of(plugin.name()), false, FitFailure.message(1, "1 " + reason), ""),
                attempt.began());
    }
}
