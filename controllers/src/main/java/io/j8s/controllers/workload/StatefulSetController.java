package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.OwnerClaims;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.controllers.runtime.Written;
import io.j8s.controllers.workload.StatefulSetRules.Step;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Gives each ordinal its pod and its volumes, in order where order is asked for. The steps are
/// decided in [StatefulSetRules].
public final class StatefulSetController implements Controller {

    private final Api api;
    private final Timers timers;
    private final EventRecorder events;
    private final Informer<StatefulSet> sets;
    private final Informer<Pod> pods;
    private final StatefulSetClaims claims;
    private final Informer<ControllerRevision> revisions;
    private final Written<Pod> writtenPods;
    private final Written<ControllerRevision> writtenRevisions;
    private final Written<StatefulSet> writtenSets;
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;

    public StatefulSetController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.events = context.events();
        this.sets = context.informer(Kinds.STATEFUL_SETS);
        this.pods = context.informer(Kinds.PODS);
        this.claims = new StatefulSetClaims(context);
        this.revisions = context.informer(Kinds.CONTROLLER_REVISIONS);
        this.writtenPods = new Written<>(pods);
        this.writtenRevisions = new Written<>(revisions);
        this.writtenSets = new Written<>(sets);
        this.queue = context.queue("statefulset");
        this.loops = List.of(context.loop(queue, this::reconcile, 5));
        sets.onChange((before, after) -> {
            var set = after == null ? before : after;
            if (set != null) {
                queue.add(Meta.key(set));
            }
        });
        pods.onChange(this::podChanged);
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private void podChanged(@Nullable Pod before, @Nullable Pod after) {
        for (var pod : new Pod[] {before, after}) {
            if (pod != null) {
                OwnerClaims.ownerOf(pod, Kinds.STATEFUL_SETS, sets::get)
                        .ifPresent(set -> queue.add(Meta.key(set)));
            }
        }
        if (after != null && Meta.controllerOf(after) == null) {
            sets.inNamespace(Meta.namespace(after)).stream()
                    .filter(set -> owns(set, after))
                    .forEach(set -> queue.add(Meta.key(set)));
        }
    }

    private static boolean owns(StatefulSet set, Pod pod) {
        return LabelSelectors.matches(set.getSpec().getSelector(), Meta.labels(pod))
                && StatefulSetRules.ordinal(set, pod) >= 0;
    }

    Outcome reconcile(ObjectKey key) {
        var found = sets.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        var set = writtenSets.newest(found.get());
        var own = claimPods(set, key);
        var history = history(set);
        var current = currentName(set, history);
        var steps = StatefulSetRules.plan(set, own, Meta.name(history.update()), timers.now());
        RuntimeException failure = null;
        try {
            for (var step : steps) {
                if (step instanceof Step.Create(int ordinal) && claims.areStale(set, ordinal)) {
                    break; // upstream: no more work can be done this round
                }
                act(set, step, history, current);
            }
        } catch (StatusException refused) {
            failure = refused;
        }
        var after = claimPods(set, key);
        writeStatus(set, after, history, current);
        trim(set, after, history, current);
        if (failure != null) {
            throw failure;
        }
        return again(set, after);
    }

    private List<Pod> claimPods(StatefulSet set, ObjectKey key) {
        var newest =
                writtenPods.over(
                        () -> {
                            var candidates = new ArrayList<>(pods.controlledBy(Meta.uid(set)));
                            candidates.addAll(pods.uncontrolledIn(key.namespace()));
                            return candidates;
                        },
                        pod -> Meta.isControlledBy(pod, set));
        return new OwnerClaims<>(api, Kinds.STATEFUL_SETS, set, Kinds.PODS, pod -> owns(set, pod))
                .claim(newest);
    }

    private Revisions.History history(StatefulSet set) {
        var known = revisionsOf(set);
        var collisions =
                set.getStatus() == null ? 0 : Meta.orZero(set.getStatus().getCollisionCount());
        var history =
                Revisions.sync(
                        api,
                        Revisions.Naming.STATEFUL_SET,
                        Kinds.STATEFUL_SETS,
                        set,
                        set.getSpec().getTemplate(),
                        known,
                        collisions);
        if (known.stream().noneMatch(history.update()::equals)) {
            writtenRevisions.wrote(history.update());
        }
        return history;
    }

    /// Orphans become the set's own; what it does not select is not looked at.
    private List<ControllerRevision> revisionsOf(StatefulSet set) {
        var known = new ArrayList<ControllerRevision>();
        writtenRevisions
                .over(
                        () -> revisions.controlledBy(Meta.uid(set)),
                        revision -> Meta.isControlledBy(revision, set))
                .stream()
                .filter(revision -> selects(set, revision))
                .forEach(known::add);
        var adoption =
                new OwnerClaims<>(
                        api,
                        Kinds.STATEFUL_SETS,
                        set,
                        Kinds.CONTROLLER_REVISIONS,
                        revision -> selects(set, revision));
        known.addAll(adoption.claim(revisions.uncontrolledIn(Meta.namespace(set))));
        return known;
    }

    private static boolean selects(StatefulSet set, ControllerRevision revision) {
        return LabelSelectors.matches(set.getSpec().getSelector(), Meta.labels(revision));
    }

    private static String currentName(StatefulSet set, Revisions.History history) {
        var name =
                set.getStatus() == null ? "" : Meta.orEmpty(set.getStatus().getCurrentRevision());
        boolean known = history.all().stream().anyMatch(r -> Meta.name(r).equals(name));
        return known ? name : Meta.name(history.update());
    }

    private Outcome again(StatefulSet set, List<Pod> own) {
        int minReady = StatefulSetRules.minReady(set);
        return own.stream()
                .filter(PodRules::isReady)
                .map(pod -> PodRules.availableIn(pod, minReady, timers.now()))
                .filter(Duration::isPositive)
                .min(Duration::compareTo)
                .<Outcome>map(wait -> new Outcome.Again(wait.plusSeconds(1)))
                .orElse(Outcome.DONE);
    }

    private void act(StatefulSet set, Step step, Revisions.History history, String current) {
        switch (step) {
            case Step.Create(int ordinal) -> create(set, ordinal, history, current);
            case Step.Delete(var pod) -> delete(set, pod);
            case Step.CreateClaims(var pod) -> {
                claims.create(set, StatefulSetRules.ordinal(set, pod), Meta.name(pod));
                claims.renewOwners(set, pod);
            }
            case Step.Repair(var pod) -> repair(set, pod);
        }
    }

    private void create(StatefulSet set, int ordinal, Revisions.History history, String current) {
        boolean old = keepsOldRevision(set, ordinal);
        var revision =
                old
                        ? history.all().stream()
                                .filter(r -> Meta.name(r).equals(current))
                                .findFirst()
                                .orElse(history.update())
                        : history.update();
        var name = Meta.name(set) + "-" + ordinal;
        try {
            claims.create(set, ordinal, name);
        } catch (StatusException refused) {
            tell(set, "create", name, refused);
            throw refused;
        }
        var pod =
                StatefulSetRules.newPod(
                                set, Revisions.template(revision), ordinal, Meta.name(revision))
                        .build();
        try {
            writtenPods.wrote(api.create(Kinds.PODS, pod));
            tell(set, "create", name, null);
        } catch (StatusException refused) {
            if (!refused.isAlreadyExists()) {
                tell(set, "create", name, refused);
                throw refused;
            }
        }
    }

    /// Below the partition a pod comes back as it was.
    private static boolean keepsOldRevision(StatefulSet set, int ordinal) {
        var strategy = set.getSpec().getUpdateStrategy();
        if (strategy != null && "OnDelete".equals(strategy.getType())) {
            return false;
        }
        var rolling = strategy == null ? null : strategy.getRollingUpdate();
        int bound =
                rolling != null
                        ? Meta.orZero(rolling.getPartition())
                        : set.getStatus() == null
                                ? 0
                                : Meta.orZero(set.getStatus().getCurrentReplicas());
        return ordinal < StatefulSetRules.start(set) + bound;
    }

    private void delete(StatefulSet set, Pod pod) {
        try {
            api.delete(Kinds.PODS, Meta.key(pod), Api.Delete.PLAIN.onlyUid(Meta.uid(pod)));
            tell(set, "delete", Meta.name(pod), null);
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                tell(set, "delete", Meta.name(pod), refused);
                throw refused;
            }
        }
    }

    private void repair(StatefulSet set, Pod pod) {
        boolean renewed = claims.renewOwners(set, pod);
        if (renewed || !StatefulSetRules.hasIdentity(set, pod)) { // upstream: writes it either way
            writtenPods.wrote(api.update(Kinds.PODS, StatefulSetRules.withIdentity(set, pod)));
            tell(set, "update", Meta.name(pod), null);
        }
    }

    private void tell(StatefulSet set, String verb, String pod, @Nullable StatusException refused) {
        var noun = Character.toUpperCase(verb.charAt(0)) + verb.substring(1);
        var text = "%s Pod %s in StatefulSet %s ".formatted(noun, pod, Meta.name(set));
        if (refused == null) {
            events.normal(set, "Successful" + noun, text + "successful");
        } else {
            events.warning(set, "Failed" + noun, text + "failed error: " + refused.message());
        }
    }

    private void writeStatus(
            StatefulSet set, List<Pod> own, Revisions.History history, String current) {
        var status = status(set, own, Meta.name(history.update()), current, history.collisions());
        if (status.equals(set.getStatus())) {
            return;
        }
        writtenSets.wrote(
                api.updateStatus(
                        Kinds.STATEFUL_SETS,
                        new StatefulSetBuilder(set).withStatus(status).build()));
    }

    private StatefulSetStatus status(
            StatefulSet set,
            List<Pod> own,
            String update,
            String current,
            @Nullable Integer collisions) {
        var now = timers.now();
        int ready = 0;
        int available = 0;
        int currentCount = 0;
        int updated = 0;
        for (var pod : own) {
            if (StatefulSetRules.countsAsReady(pod)) {
                ready++;
                if (PodRules.isAvailable(pod, StatefulSetRules.minReady(set), now)) {
                    available++;
                }
            }
            if (!Meta.isTerminating(pod)) {
                currentCount += StatefulSetRules.revision(pod).equals(current) ? 1 : 0;
                updated += StatefulSetRules.revision(pod).equals(update) ? 1 : 0;
            }
        }
        var currentName = current;
        var strategy = set.getSpec().getUpdateStrategy();
        boolean rolling = strategy == null || !"OnDelete".equals(strategy.getType());
        if (rolling
                && updated == own.size()
                && ready == own.size()
                && own.size() == StatefulSetRules.replicas(set)) {
            currentName = update; // upstream: the rolling update is complete
            currentCount = updated;
        }
        var before = set.getStatus() == null ? new StatefulSetStatus() : set.getStatus();
        return new StatefulSetStatusBuilder(before)
                .withObservedGeneration(Meta.generation(set))
                .withReplicas(own.size())
                .withReadyReplicas(ready)
                .withAvailableReplicas(available)
                .withCurrentReplicas(currentCount)
                .withUpdatedReplicas(updated)
                .withCurrentRevision(currentName)
                .withUpdateRevision(update)
                .withCollisionCount(collisions)
                .build();
    }

    private void trim(StatefulSet set, List<Pod> own, Revisions.History history, String current) {
        if (Meta.isTerminating(set)) {
            return;
        }
        Set<String> live = new HashSet<>(List.of(current, Meta.name(history.update())));
        own.forEach(pod -> live.add(StatefulSetRules.revision(pod)));
        var limit = set.getSpec().getRevisionHistoryLimit();
        Revisions.surplus(history.all(), live, limit == null ? 10 : limit)
                .forEach(revision -> Revisions.delete(api, revision));
    }
}
