package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// Hears of the cluster's changes and brings cache and queue up to date (upstream:
/// `eventhandlers.go`). Handlers run in the informers' threads and never block.
final class ClusterEvents {

    private static final String PREEMPTED = "pod is being deleted";

    private final SchedulerState state;
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final Informer<Namespace> namespaces;
    private final List<Source<?>> sources = new ArrayList<>();

    private record Source<T extends HasMetadata>(Informer<T> informer, Resource resource) {
        void listen(SchedulerState state) {
            informer.onChange((before, after) -> {
                long began = state.metrics().begin();
                var change = ClusterChange.of(resource, before, after);
                state.queue().changed(change);
                state.metrics().handled(change.label(), began);
            });
        }
    }

    ClusterEvents(Informers informers, SchedulerState state) {
        this.state = state;
        pods = informers.of(Kinds.PODS);
        nodes = informers.of(Kinds.NODES);
        namespaces = informers.of(Kinds.NAMESPACES);
        add(informers, Kinds.CLAIMS, Resource.CLAIM);
        add(informers, Kinds.PERSISTENT_VOLUMES, Resource.VOLUME);
        add(informers, Kinds.STORAGE_CLASSES, Resource.STORAGE_CLASS);
        add(informers, Kinds.CSI_NODES, Resource.CSI_NODE);
        add(informers, Kinds.CSI_DRIVERS, Resource.CSI_DRIVER);
        add(informers, Kinds.CSI_CAPACITIES, Resource.CSI_CAPACITY);
        add(informers, Kinds.VOLUME_ATTACHMENTS, Resource.VOLUME_ATTACHMENT);
        add(informers, Kinds.RESOURCE_CLAIMS, Resource.RESOURCE_CLAIM);
        add(informers, Kinds.DEVICE_CLASSES, Resource.DEVICE_CLASS);
    }

    private <T extends HasMetadata> void add(Informers informers, Kind<T> kind, Resource resource) {
        sources.add(new Source<>(informers.of(kind), resource));
    }

    void listen() {
        nodes.onChange((before, after) -> {
            long began = state.metrics().begin();
            nodeChanged(before, after)
                    .forEach(change -> state.metrics().handled(change.label(), began));
        });
        pods.onChange((before, after) -> {
            long began = state.metrics().begin();
            podChanged(before, after);
            about(before, after).forEach(event -> state.metrics().handled(event, began));
        });
        namespaces.onChange(this::namespaceChanged);
        sources.forEach(source -> source.listen(state));
    }

    /// Upstream's names of a pod's event: one that gets its node goes from those without.
    private static List<String> about(@Nullable Pod before, @Nullable Pod after) {
        if (before == null) {
            return after == null ? List.of() : List.of(kind(after) + "Add");
        }
        if (after == null) {
            return List.of(kind(before) + "Delete");
        }
        return isOnNode(after) && !isOnNode(before)
                ? List.of("UnscheduledPodDelete", "AssignedPodAdd")
                : List.of(kind(after) + "Update");
    }

    private static String kind(Pod pod) {
        return isOnNode(pod) ? "AssignedPod" : "UnscheduledPod";
    }

    CompletableFuture<Void> synced() {
        return CompletableFuture.allOf(
                java.util.stream.Stream.concat(
                                java.util.stream.Stream.of(namespaces.synced()),
                                sources.stream().map(source -> source.informer().synced()))
                        .toArray(CompletableFuture<?>[]::new));
    }

    private void namespaceChanged(@Nullable Namespace before, @Nullable Namespace after) {
        if (before == null || after == null || !Meta.labels(before).equals(Meta.labels(after))) {
            state.cache().namespacesChanged();
        }
    }

    /// Returns what it made of it, one by one as upstream counts them.
    private List<ClusterChange> nodeChanged(@Nullable Node before, @Nullable Node after) {
        if (after == null) {
            if (before == null) {
                return List.of();
            }
            state.cache().removeNode(Meta.name(before));
            return List.of(changed(ClusterChange.of(Resource.NODE, before, null)));
        }
        state.cache().putNode(after);
        if (before == null) {
            return List.of(changed(ClusterChange.of(Resource.NODE, null, after)));
        }
        var actions = NodeChanges.between(before, after);
        if (actions.isEmpty()) {
            return List.of();
        }
        changed(new ClusterChange(Resource.NODE, actions, before, after));
        return actions.stream()
                .map(action -> new ClusterChange(Resource.NODE, Set.of(action), before, after))
                .toList();
    }

    private ClusterChange changed(ClusterChange change) {
        state.queue().changed(change);
        return change;
    }

    private void podChanged(@Nullable Pod before, @Nullable Pod after) {
        boolean wasOn = before != null && isOnNode(before);
        if (after != null && isOnNode(after)) {
            onNode(wasOn ? before : null, after);
        } else if (before != null && wasOn) {
            state.cache().removePod(Meta.uid(before));
            state.queue()
                    .changed(
                            new ClusterChange(
                                    Resource.ASSIGNED_POD, Set.of(Action.DELETE), before, null));
        } else if (after != null && isMine(after) && !hasEnded(after)) {
            waitingPodChanged(before, after);
        } else if (before != null && isMine(before)) {
            gone(before);
        }
    }

    private void onNode(@Nullable Pod before, Pod after) {
        var info = new PodInfo(after);
        state.cache().putPod(info);
        if (before == null) {
            state.queue().remove(info.uid());
            state.nominations().remove(info.uid());
            state.queue().changed(ClusterChange.of(Resource.ASSIGNED_POD, null, after));
        } else {
            var actions = PodChanges.between(before, after);
            state.queue().changed(new ClusterChange(Resource.ASSIGNED_POD, actions, before, after));
        }
    }

    private void waitingPodChanged(@Nullable Pod before, Pod after) {
        var info = new PodInfo(after);
        if (before == null) {
            state.nominations().update(info, "");
            state.queue().add(info);
            return;
        }
        if (state.cache().isAssumed(info.uid())) {
            if (Meta.isTerminating(after) && !Meta.isTerminating(before)) {
                state.waiting().refuse(info.uid(), "", PREEMPTED);
            }
            return;
        }
        String promised = PodInfo.nominatedNodeName(before);
        state.nominations().update(info, promised);
        state.queue()
                .update(
                        info,
                        new ClusterChange(
                                Resource.TARGET_POD,
                                PodChanges.between(before, after),
                                before,
                                after));
        if (!promised.isEmpty() && !promised.equals(info.nominatedNodeName())) {
            roomIsFree(before, info.priority());
        }
    }

    /// A waiting pod is no more.
    private void gone(Pod pod) {
        var info = new PodInfo(pod);
        state.queue().remove(info.uid());
        boolean wasPromised = state.nominations().nodeOf(info.uid()) != null;
        state.nominations().remove(info.uid());
        if (state.cache().isAssumed(info.uid())) {
            if (!state.waiting().refuse(info.uid(), "", PREEMPTED)) {
                state.cache().forget(info);
            }
            state.queue()
                    .changed(
                            new ClusterChange(
                                    Resource.ASSIGNED_POD, Set.of(Action.DELETE), pod, null));
        } else if (wasPromised) {
            roomIsFree(pod, info.priority());
        }
    }

    /// What was promised to a pod may be had by others that are no more important.
    private void roomIsFree(Pod pod, int priority) {
        state.queue()
                .changed(
                        new ClusterChange(Resource.ASSIGNED_POD, Set.of(Action.DELETE), pod, null),
                        other -> other.priority() <= priority);
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
        return Meta.orEmpty(pod.getSpec().getNodeName()).isEmpty() && state.isMine(pod);
    }
}
