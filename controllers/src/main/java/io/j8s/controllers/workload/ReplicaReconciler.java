package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Expectations;
import io.j8s.controllers.runtime.Fanout;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Measures;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.OwnerClaims;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;
import io.prometheus.metrics.core.metrics.Histogram;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Keeps the number of active pods of an owner equal to its `replicas` (upstream:
/// `pkg/controller/replicaset`, which the replication controller wraps too).
final class ReplicaReconciler<T extends HasMetadata> implements Controller {

    private static final int BURST_REPLICAS = 500; // upstream: replicaset.BurstReplicas
    private static final String REPLICA_FAILURE = "ReplicaFailure";

    /// What is to be done about the number of pods.
    sealed interface Plan {
        record Create(int count) implements Plan {}

        record Delete(List<Pod> victims) implements Plan {
            public Delete {
                victims = List.copyOf(victims);
            }
        }

        record Nothing() implements Plan {}
    }

    private final Replicated<T> kind;
    private final Api api;
    private final Timers timers;
    private final Fanout fanout;
    private final Informer<T> owners;
    private final Informer<Pod> pods;
    private final PodControl podControl;
    private final Expectations<ObjectKey> expectations;
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;
    private final Histogram ageRatios;

    ReplicaReconciler(ControllerContext context, Replicated<T> kind, String queueName) {
        this.kind = kind;
        this.api = context.api();
        this.timers = context.timers();
        this.fanout = context.fanout();
        this.owners = context.informer(kind.kind());
        this.pods = context.informer(Kinds.PODS);
        this.podControl = new PodControl(api, context.events());
        this.expectations = new Expectations<>(timers);
        this.ageRatios =
                context.measures()
                        .histogram(
                                Measures.Stability.ALPHA,
                                "replicaset_controller_sorting_deletion_age_ratio",
                                "The ratio of chosen deleted pod's ages to the current youngest"
                                    + " pod's age (at the time). Should be <2. The intent of this"
                                    + " metric is to measure the rough efficacy of the sorting (and"
                                    + " deletion) of pods when a replicaset scales down. This only"
                                    + " considers Ready pods when calculating and reporting.",
                                Measures.powers(0.25, 2, 6));
        this.queue = context.queue(queueName);
        this.loops = List.of(context.loop(queue, this::reconcile, 5));
        owners.onChange(this::ownerChanged);
        pods.onChange(this::podChanged);
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private void ownerChanged(@Nullable T before, @Nullable T after) {
        var object = after == null ? before : after;
        if (object != null) {
            if (after == null) {
                expectations.forget(Meta.key(object));
            }
            queue.add(Meta.key(object));
        }
    }

    private void podChanged(@Nullable Pod before, @Nullable Pod after) {
        if (after == null) {
            if (before != null) {
                podGone(before);
            }
            return;
        }
        if (Meta.isTerminating(after)) {
            podGone(after);
            return;
        }
        var owner = ownerOf(after);
        if (before == null) {
            owner.ifPresent(found -> expectations.created(Meta.key(found)));
        } else if (!Objects.equals(Meta.controllerOf(before), Meta.controllerOf(after))) {
            ownerOf(before).ifPresent(old -> queue.add(Meta.key(old)));
        }
        owner.ifPresent(found -> podOfOwnerChanged(found, before, after));
        if (Meta.controllerOf(after) == null) {
            owners.inNamespace(Meta.namespace(after)).stream()
                    .filter(candidate -> kind.selects(candidate, after))
                    .forEach(candidate -> queue.add(Meta.key(candidate)));
        }
    }

    private void podOfOwnerChanged(T owner, @Nullable Pod before, Pod after) {
        queue.add(Meta.key(owner));
        int minReady = kind.minReadySeconds(owner);
        if (minReady > 0
                && PodRules.isReady(after)
                && (before == null || !PodRules.isReady(before))) {
            // upstream: one second more, because timestamps have whole seconds
            queue.addAfter(Meta.key(owner), Duration.ofSeconds(minReady + 1L));
        }
    }

    private void podGone(Pod pod) {
        ownerOf(pod)
                .ifPresent(owner -> {
                    expectations.deleted(Meta.key(owner), Meta.uid(pod));
                    queue.add(Meta.key(owner));
                });
    }

    private java.util.Optional<T> ownerOf(Pod pod) {
        return OwnerClaims.ownerOf(pod, kind.kind(), owners::get);
    }

    Outcome reconcile(ObjectKey key) throws InterruptedException {
        var found = owners.get(key);
        if (found.isEmpty()) {
            expectations.forget(key);
            return Outcome.DONE; // the garbage collector owns what is left
        }
        var owner = found.get();
        boolean cacheIsCurrent = expectations.satisfied(key);
        var candidates = new ArrayList<>(pods.controlledBy(Meta.uid(owner)));
        candidates.addAll(pods.uncontrolledIn(key.namespace()));
        var alive = candidates.stream().filter(PodRules::isActive).toList();
        var active =
                new OwnerClaims<>(
                                api,
                                kind.kind(),
                                owner,
                                Kinds.PODS,
                                pod -> kind.selects(owner, pod))
                        .claim(alive);
        var terminating =
                (int)
                        candidates.stream()
                                .filter(pod -> Meta.isControlledBy(pod, owner))
                                .filter(PodRules::isTerminatingAlive)
                                .count();
        RuntimeException failure = null;
        if (cacheIsCurrent && !Meta.isTerminating(owner)) {
            failure = act(owner, key, active);
        }
        var status = status(owner, active, terminating, failure);
        var stored = writeStatus(owner, status);
        if (failure != null) {
            throw failure;
        }
        return checkAgain(stored, active);
    }

    /// Counting to availability needs no event: come back when the next pod gets there.
    private Outcome checkAgain(T owner, List<Pod> active) {
        int minReady = kind.minReadySeconds(owner);
        var now = timers.now();
        return active.stream()
                .filter(PodRules::isReady)
                .map(pod -> PodRules.availableIn(pod, minReady, now))
                .filter(Duration::isPositive)
                .min(Duration::compareTo)
                .<Outcome>map(wait -> new Outcome.Again(wait.plusSeconds(1)))
                .orElse(Outcome.DONE);
    }

    private @Nullable RuntimeException act(T owner, ObjectKey key, List<Pod> active)
            throws InterruptedException {
        return switch (plan(kind.replicas(owner), active, relatedTo(owner, active), timers.now())) {
            case Plan.Create(int count) -> create(owner, key, count);
            case Plan.Delete(var victims) -> {
                if (victims.size() < active.size()) {
                    ageRatios(victims, active, timers.now()).forEach(ageRatios::observe);
                }
                yield delete(owner, key, victims);
            }
            case Plan.Nothing() -> null;
        };
    }

    /// Pure: how many times as old as the youngest ready pod each ready victim is, in whole
    /// numbers.
    static List<Double> ageRatios(List<Pod> victims, List<Pod> active, Instant now) {
        var youngest =
                active.stream()
                        .filter(PodRules::isReady)
                        .map(Meta::created)
                        .max(Instant::compareTo)
                        .orElse(now);
        long least = Duration.between(youngest, now).toMillis();
        if (least <= 0) {
            return List.of();
        }
        var ratios = new ArrayList<Double>();
        for (var victim : victims) {
            if (PodRules.isReady(victim)) {
                long times = Duration.between(Meta.created(victim), now).toMillis() / least;
                ratios.add((double) times);
            }
        }
        return ratios;
    }

    /// Pure: how many pods to create or which to delete, at most a burst at a time.
    static Plan plan(int replicas, List<Pod> active, List<Pod> related, Instant now) {
        int surplus = active.size() - replicas;
        if (surplus < 0) {
            return new Plan.Create(Math.min(-surplus, BURST_REPLICAS));
        }
        if (surplus > 0) {
            return new Plan.Delete(
                    PodRanking.victims(active, related, Math.min(surplus, BURST_REPLICAS), now));
        }
        return new Plan.Nothing();
    }

    /// Active pods of all owners with the same controller: the old and the new pods of one
    /// deployment crowd a node together.
    private List<Pod> relatedTo(T owner, List<Pod> active) {
        var controller = Meta.controllerOf(owner);
        if (controller == null) {
            return active;
        }
        return owners.controlledBy(controller.getUid()).stream()
                .flatMap(sibling -> pods.controlledBy(Meta.uid(sibling)).stream())
                .filter(PodRules::isActive)
                .toList();
    }

    private @Nullable RuntimeException create(T owner, ObjectKey key, int count)
            throws InterruptedException {
        expectations.expectCreations(key, count);
        var result =
                fanout.slowStart(
                        count,
                        _ -> {
                            try {
                                podControl.create(
                                        kind.kind(), owner, kind.template(owner), pod -> pod);
                            } catch (StatusException refused) {
                                // upstream: a namespace that ends takes no pods; no reason to retry
                                if (!refused.isNamespaceTerminating()) {
                                    throw refused;
                                }
                            }
                        });
        for (int i = result.succeeded(); i < count; i++) {
            expectations.created(key); // never to be seen
        }
        return result.failure();
    }

    private @Nullable RuntimeException delete(T owner, ObjectKey key, List<Pod> victims)
            throws InterruptedException {
        expectations.expectDeletions(key, victims.stream().map(Meta::uid).toList());
        return fanout.all(victims.size(), i -> deleteOne(owner, key, victims.get(i))).failure();
    }

    private void deleteOne(T owner, ObjectKey key, Pod victim) {
        try {
            podControl.delete(owner, victim);
        } catch (RuntimeException failed) {
            expectations.deleted(key, Meta.uid(victim));
            if (!(failed instanceof StatusException refused && refused.isNotFound())) {
                throw failed;
            }
        }
    }

    private Replicated.Status status(
            T owner, List<Pod> active, int terminating, @Nullable RuntimeException failure) {
        var before = kind.status(owner);
        var template = kind.template(owner).getMetadata();
        var wanted = template == null ? null : template.getLabels();
        int labelled = 0;
        int ready = 0;
        int available = 0;
        var now = timers.now();
        for (var pod : active) {
            if (wanted == null || Meta.labels(pod).entrySet().containsAll(wanted.entrySet())) {
                labelled++;
            }
            if (PodRules.isReady(pod)) {
                ready++;
                if (PodRules.isAvailable(pod, kind.minReadySeconds(owner), now)) {
                    available++;
                }
            }
        }
        var conditions = new ArrayList<>(before.conditions());
        boolean failed = conditions.stream().anyMatch(c -> c.type().equals(REPLICA_FAILURE));
        if (failure != null && !failed) {
            var reason = active.size() < kind.replicas(owner) ? "FailedCreate" : "FailedDelete";
            conditions.add(
                    new Replicated.Condition(
                            REPLICA_FAILURE,
                            "True",
                            reason,
                            Meta.orEmpty(failure.getMessage()),
                            Meta.timestamp(now)));
        } else if (failure == null && failed) {
            conditions.removeIf(condition -> condition.type().equals(REPLICA_FAILURE));
        }
        return new Replicated.Status(
                active.size(),
                labelled,
                ready,
                available,
                before.terminating() == null ? null : Integer.valueOf(terminating),
                before.observedGeneration(),
                conditions);
    }

    private T writeStatus(T owner, Replicated.Status status) {
        if (kind.status(owner).equals(status)
                && kind.status(owner).observedGeneration() == Meta.generation(owner)) {
            return owner;
        }
        try {
            return api.updateStatus(
                    kind.kind(), kind.withStatus(owner, status.observed(Meta.generation(owner))));
        } catch (StatusException refused) {
            if (!refused.isConflict()) {
                throw refused;
            }
            // upstream: one more try on the fresh object
            var fresh = api.get(kind.kind(), Meta.key(owner));
            return api.updateStatus(
                    kind.kind(), kind.withStatus(fresh, status.observed(Meta.generation(owner))));
        }
    }
}
