package io.j8s.scheduler.core;

import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;

/// Binds pods that have a node, at most [#BINDINGS_MAX] at a time (upstream: `bindingCycle`): waits
/// for permission, prepares, binds. What fails gives everything back and puts the pod into the
/// queue again.
final class BindingCycle {

    private static final Logger log = LoggerFactory.getLogger(BindingCycle.class);
    private static final int BINDINGS_MAX = 256;

    /// A pod on its way to a node.
    ///
    /// @param reserved plugins that set something aside
    /// @param began when its attempt began, by `Timers.nanoTime`
    record Attempt(
            QueuedPod queued,
            Profile profile,
            String node,
            List<ReservePlugin> reserved,
            long began) {

        PodInfo pod() {
            return queued.pod();
        }
    }

    private final SchedulerState state;
    private final Semaphore free = new Semaphore(BINDINGS_MAX);

    BindingCycle(SchedulerState state) {
        this.state = state;
    }

    /// Returns as soon as there is room for one more.
    void start(Attempt attempt) throws InterruptedException {
        free.acquire();
        state.metrics().bindingBegan();
        state.settings().bindings().execute(() -> bindAndRelease(attempt));
    }

    void giveBack(Attempt attempt) {
        var metrics = state.metrics(attempt.profile().schedulerName());
        long began = metrics.begin();
        attempt.reserved()
                .reversed()
                .forEach(plugin -> plugin.unreserve(attempt.pod(), attempt.node()));
        metrics.end("Unreserve", ProfileMetrics.SUCCESS, began);
        state.cache().forget(attempt.pod());
    }

    @SuppressWarnings("CatchingUnchecked") // an edge: a plugin's failure is one pod's, and retried
    private void bindAndRelease(Attempt attempt) {
        try {
            bind(attempt);
        } catch (PluginFailure failure) {
            failed(attempt, Scheduler.error(failure.text()));
        } catch (RuntimeException | StackOverflowError | LinkageError bug) {
            log.atError().setCause(bug).addKeyValue("pod", attempt.pod()).log("binding failed");
            failed(attempt, Scheduler.error(String.valueOf(bug.getMessage())));
        } catch (InterruptedException stopped) {
            giveBack(attempt);
            state.queue().done(attempt.pod().uid());
            Thread.currentThread().interrupt();
        } finally {
            state.metrics().bindingEnded();
            free.release();
        }
    }

    private void failed(Attempt attempt, FailureHandler.Failure failure) {
        giveBack(attempt);
        // upstream: what an assumed pod took is free again, as if it were deleted
        var change =
                new ClusterChange(
                        Resource.ASSIGNED_POD, Set.of(Action.DELETE), attempt.pod().pod(), null);
        if (failure.isError()) {
            state.queue().changed(change);
        }
        state.metrics(attempt.profile().schedulerName())
                .attempted(failure.isError() ? "error" : "unschedulable", attempt.began());
        state.failures().handle(attempt.queued(), failure);
        if (!failure.isError()) {
            state.queue().changed(change, pod -> !pod.uid().equals(attempt.pod().uid()));
        }
    }

    private void bind(Attempt attempt) throws InterruptedException {
        var pod = attempt.pod();
        var profile = attempt.profile();
        var node = attempt.node();
        var metrics = state.metrics(profile.schedulerName());
        long preFlight = metrics.begin();
        var needed = profile.preBind().stream().filter(plugin -> plugin.isNeeded(pod)).toList();
        metrics.end(
                "PreBindPreFlight", needed.isEmpty() ? "Skip" : ProfileMetrics.SUCCESS, preFlight);
        if (!needed.isEmpty() || state.waiting().isWaiting(pod.uid())) {
            // upstream: NominatedNodeNameForExpectation
            state.statuses().tell(pod.pod(), null, node);
        }
        if (!waitOnPermit(attempt)) {
            return;
        }
        boolean wasFlushed = state.queue().wasFlushed(pod.uid());
        state.queue().done(pod.uid());
        long preBind = metrics.begin();
        for (var plugin : needed) {
            try {
                plugin.preBind(pod, node);
            } catch (PluginFailure failure) {
                metrics.end(ExtensionPoint.PRE_BIND, ProfileMetrics.ERROR, preBind);
                throw new PluginFailure(
                        "running PreBind plugin \"%s\": %s"
                                .formatted(plugin.name(), failure.text()));
            }
        }
        metrics.end(ExtensionPoint.PRE_BIND, ProfileMetrics.SUCCESS, preBind);
        long began = metrics.begin();
        runBind(profile, pod, node, metrics);
        metrics.end(ExtensionPoint.BIND, ProfileMetrics.SUCCESS, began);
        metrics.attempted("scheduled", attempt.began());
        state.metrics().bound(attempt.queued(), wasFlushed);
        state.events().scheduled(pod.pod(), node);
        long postBind = metrics.begin();
        profile.postBind().forEach(plugin -> plugin.postBind(pod, node));
        metrics.end(ExtensionPoint.POST_BIND, ProfileMetrics.SUCCESS, postBind);
    }

    private boolean waitOnPermit(Attempt attempt) throws InterruptedException {
        var uid = attempt.pod().uid();
        if (!state.waiting().isWaiting(uid)) {
            return true;
        }
        long began = state.timers().nanoTime();
        var end = state.waiting().await(uid);
        state.metrics().waitedOnPermit(end.isAllowed() ? "Success" : "Unschedulable", began);
        if (!end.isAllowed()) {
            failed(
                    attempt,
                    new FailureHandler.Failure(
                            end.plugin().isEmpty() ? Set.of() : Set.of(end.plugin()),
                            false,
                            FitFailure.message(1, "1 " + end.reason()),
                            ""));
        }
        return end.isAllowed();
    }

    private static void runBind(Profile profile, PodInfo pod, String node, ProfileMetrics metrics) {
        long began = metrics.begin();
        for (var plugin : profile.bind()) {
            try {
                if (plugin.bind(pod, node)) {
                    return;
                }
            } catch (PluginFailure failure) {
                metrics.end(ExtensionPoint.BIND, ProfileMetrics.ERROR, began);
                throw new PluginFailure(
                        "running Bind plugin \"%s\": %s".formatted(plugin.name(), failure.text()));
            }
        }
        throw new PluginFailure("no bind plugin bound the pod");
    }
}
