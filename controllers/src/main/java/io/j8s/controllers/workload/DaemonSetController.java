package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatus;
import io.fabric8.kubernetes.api.model.apps.DaemonSetStatusBuilder;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Backoff;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Expectations;
import io.j8s.controllers.runtime.Fanout;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.LabelSelectors;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.OwnerClaims;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.controllers.runtime.Written;
import io.j8s.controllers.workload.DaemonSetRules.Plan;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// Keeps one pod on every node that fits. The decisions stand in [DaemonSetRules].
public final class DaemonSetController implements Controller {

    private static final int BURST_REPLICAS = 250; // upstream: daemon.BurstReplicas

    private final Api api;
    private final Timers timers;
    private final Fanout fanout;
    private final EventRecorder events;
    private final Informer<DaemonSet> sets;
    private final Informer<Pod> pods;
    private final Informer<Node> nodes;
    private final Informer<ControllerRevision> revisions;
    private final Written<ControllerRevision> writtenRevisions;
    private final PodControl podControl;
    private final Expectations<ObjectKey> expectations;
    private final Backoff<String> failedPods;
    private final Map<String, java.time.Instant> notBefore =
            new java.util.concurrent.ConcurrentHashMap<>();
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;

    public DaemonSetController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.fanout = context.fanout();
        this.events = context.events();
        this.sets = context.informer(Kinds.DAEMON_SETS);
        this.pods = context.informer(Kinds.PODS);
        this.nodes = context.informer(Kinds.NODES);
        this.revisions = context.informer(Kinds.CONTROLLER_REVISIONS);
        this.writtenRevisions = new Written<>(revisions);
        this.podControl = new PodControl(api, events);
        this.expectations = new Expectations<>(timers);
        // upstream: a pod that fails again and again is replaced after 1 s to 15 min
        this.failedPods = new Backoff<>(timers, Duration.ofSeconds(1), Duration.ofMinutes(15));
        this.queue = context.queue("daemonset");
        this.loops = List.of(context.loop(queue, this::reconcile, 2));
        sets.onChange((before, after) -> {
            var set = after == null ? before : after;
            if (set != null) {
                queue.add(Meta.key(set));
            }
        });
        nodes.onChange(this::nodeChanged);
        pods.onChange(this::podChanged);
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private void nodeChanged(@Nullable Node before, @Nullable Node after) {
        boolean same =
                before != null
                        && after != null
                        && Meta.labels(before).equals(Meta.labels(after))
                        && Objects.equals(before.getSpec(), after.getSpec());
        if (!same) {
            sets.list().forEach(set -> queue.add(Meta.key(set)));
        }
    }

    private void podChanged(@Nullable Pod before, @Nullable Pod after) {
        var pod = after == null ? before : after;
        if (pod == null) {
            return;
        }
        var owner = OwnerClaims.ownerOf(pod, Kinds.DAEMON_SETS, sets::get);
        if (owner.isPresent()) {
            var key = Meta.key(owner.get());
            if (after == null || Meta.isTerminating(after)) {
                expectations.deleted(key, Meta.uid(pod));
            } else if (before == null) {
                expectations.created(key);
            }
            queue.add(key);
        } else if (after != null && Meta.controllerOf(after) == null) {
            sets.inNamespace(Meta.namespace(after)).stream()
                    .filter(set -> selects(set, after))
                    .forEach(set -> queue.add(Meta.key(set)));
        }
    }

    private static boolean selects(DaemonSet set, Pod pod) {
        return LabelSelectors.matches(set.getSpec().getSelector(), Meta.labels(pod));
    }

    Outcome reconcile(ObjectKey key) throws InterruptedException {
        var found = sets.get(key);
        if (found.isEmpty()) {
            expectations.forget(key);
            return Outcome.DONE;
        }
        var set = found.get();
        if (LabelSelectors.isEmpty(set.getSpec().getSelector())) {
            events.warning(
                    set,
                    "SelectingAll",
                    "This daemon set is selecting all pods. A non-empty selector is required.");
            return Outcome.DONE;
        }
        if (Meta.isTerminating(set)) {
            return Outcome.DONE;
        }
        var history = history(set);
        var hash = Revisions.hashOf(history.update());
        var all = nodes.list();
        if (!expectations.satisfied(key)) {
            writeStatus(set, claim(set, key), all, history);
            return Outcome.DONE;
        }
        var own = claim(set, key);
        var failure = act(set, key, hash, DaemonSetRules.manage(set, all, own, hash, timers.now()));
        if (failure == null && expectations.satisfied(key) && isRolling(set)) {
            failure = act(set, key, hash, DaemonSetRules.roll(set, all, own, hash, timers.now()));
        }
        trim(set, own, history);
        writeStatus(set, own, all, history);
        if (failure != null) {
            throw failure;
        }
        return again(set, own);
    }

    private static boolean isRolling(DaemonSet set) {
        var strategy = set.getSpec().getUpdateStrategy();
        return strategy == null || !"OnDelete".equals(strategy.getType());
    }

    private List<Pod> claim(DaemonSet set, ObjectKey key) {
        var candidates = new ArrayList<>(pods.controlledBy(Meta.uid(set)));
        candidates.addAll(pods.uncontrolledIn(key.namespace()));
        return new OwnerClaims<>(api, Kinds.DAEMON_SETS, set, Kinds.PODS, pod -> selects(set, pod))
                .claim(candidates);
    }

    private Revisions.History history(DaemonSet set) {
        var candidates =
                writtenRevisions.over(
                        () -> {
                            var all = new ArrayList<>(revisions.controlledBy(Meta.uid(set)));
                            all.addAll(revisions.uncontrolledIn(Meta.namespace(set)));
                            return all;
                        },
                        revision -> Meta.isControlledBy(revision, set));
        var known =
                new OwnerClaims<>(
                                api,
                                Kinds.DAEMON_SETS,
                                set,
                                Kinds.CONTROLLER_REVISIONS,
                                revision ->
                                        LabelSelectors.matches(
                                                set.getSpec().getSelector(), Meta.labels(revision)))
                        .claim(candidates);
        var status = set.getStatus();
        var history =
                Revisions.sync(
                        api,
                        Revisions.Naming.DAEMON_SET,
                        Kinds.DAEMON_SETS,
                        set,
                        set.getSpec().getTemplate(),
                        known,
                        status == null ? null : status.getCollisionCount());
        if (known.stream().noneMatch(history.update()::equals)) {
            writtenRevisions.wrote(history.update());
        }
        return history;
    }

    private Outcome again(DaemonSet set, List<Pod> own) {
        int minReady = DaemonSetRules.minReady(set);
        var next =
                own.stream()
                        .filter(PodRules::isReady)
                        .map(pod -> PodRules.availableIn(pod, minReady, timers.now()))
                        .filter(Duration::isPositive)
                        .min(Duration::compareTo);
        return next.<Outcome>map(wait -> new Outcome.Again(wait.plusSeconds(1)))
                .orElse(Outcome.DONE);
    }

    private @Nullable RuntimeException act(DaemonSet set, ObjectKey key, String hash, Plan plan)
            throws InterruptedException {
        var delete =
                plan.delete().stream()
                        .filter(pod -> !plan.failed().contains(pod) || mayReplace(set, key, pod))
                        .limit(BURST_REPLICAS)
                        .toList();
        var create = plan.create().subList(0, Math.min(plan.create().size(), BURST_REPLICAS));
        if (delete.isEmpty() && create.isEmpty()) {
            return null;
        }
        expectations.expect(key, create.size(), delete.stream().map(Meta::uid).toList());
        var template = DaemonSetRules.template(set, hash);
        var made =
                fanout.slowStart(
                        create.size(),
                        i -> {
                            try {
                                podControl.create(
                                        Kinds.DAEMON_SETS,
                                        set,
                                        template,
                                        pod ->
                                                pod.editSpec()
                                                        .withAffinity(
                                                                DaemonSetRules.affinityTo(
                                                                        template.getSpec()
                                                                                .getAffinity(),
                                                                        create.get(i)))
                                                        .endSpec());
                            } catch (StatusException refused) {
                                if (!refused.isNamespaceTerminating()) {
                                    throw refused;
                                }
                            }
                        });
        for (int i = made.succeeded(); i < create.size(); i++) {
            expectations.created(key);
        }
        var gone = fanout.all(delete.size(), i -> delete(set, key, delete.get(i)));
        return made.failure() != null ? made.failure() : gone.failure();
    }

    private void delete(DaemonSet set, ObjectKey key, Pod pod) {
        try {
            podControl.delete(set, pod);
        } catch (RuntimeException failed) {
            expectations.deleted(key, Meta.uid(pod));
            if (!(failed instanceof StatusException refused && refused.isNotFound())) {
                throw failed;
            }
        }
    }

    /// A failed pod is replaced, but not in a hot loop.
    private boolean mayReplace(DaemonSet set, ObjectKey key, Pod pod) {
        var node = DaemonSetRules.nodeOf(pod);
        var id = Meta.uid(set) + "/" + Meta.generation(set) + "/" + node;
        var at = notBefore.get(id);
        if (at != null && timers.now().isBefore(at)) {
            queue.addAfter(key, Duration.between(timers.now(), at));
            return false;
        }
        notBefore.put(id, timers.now().plus(failedPods.next(id)));
        var where = "%s on node %s".formatted(Meta.key(pod), node);
        if (PodRules.isFailed(pod)) {
            events.warning(
                    set,
                    "FailedDaemonPod",
                    "Found failed daemon pod " + where + ", will try to kill it");
        } else {
            events.normal(
                    set,
                    "SucceededDaemonPod",
                    "Found succeeded daemon pod " + where + ", will try to delete it");
        }
        return true;
    }

    private void trim(DaemonSet set, List<Pod> own, Revisions.History history) {
        Set<String> hashes = own.stream().map(DaemonSetRules::hashOf).collect(Collectors.toSet());
        var limit = set.getSpec().getRevisionHistoryLimit();
        var old = history.all().stream().filter(r -> !r.equals(history.update())).toList();
        Revisions.surplusOfAll(old, hashes, limit == null ? 10 : limit)
                .forEach(revision -> Revisions.delete(api, revision));
    }

    private void writeStatus(
            DaemonSet set, List<Pod> own, List<Node> all, Revisions.History history) {
        var status = status(set, own, all, history);
        if (!status.equals(set.getStatus())) {
            api.updateStatus(
                    Kinds.DAEMON_SETS, new DaemonSetBuilder(set).withStatus(status).build());
        }
    }

    private DaemonSetStatus status(
            DaemonSet set, List<Pod> own, List<Node> all, Revisions.History history) {
        var hash = Revisions.hashOf(history.update());
        var byNode = DaemonSetRules.byNode(own);
        int desired = 0;
        int current = 0;
        int misscheduled = 0;
        int ready = 0;
        int available = 0;
        int updated = 0;
        for (var node : all) {
            var here = byNode.getOrDefault(Meta.name(node), List.of());
            if (!DaemonSetRules.fit(set, node).shouldRun()) {
                misscheduled += here.isEmpty() ? 0 : 1;
                continue;
            }
            desired++;
            if (here.isEmpty()) {
                continue;
            }
            current++;
            // upstream: the newest pod of a node speaks for it
            var pod =
                    here.stream().max(java.util.Comparator.comparing(Meta::created)).orElseThrow();
            if (PodRules.isReady(pod)) {
                ready++;
                available +=
                        PodRules.isAvailable(pod, DaemonSetRules.minReady(set), timers.now())
                                ? 1
                                : 0;
            }
            updated += hash.equals(DaemonSetRules.hashOf(pod)) ? 1 : 0;
        }
        var before = set.getStatus() == null ? new DaemonSetStatus() : set.getStatus();
        return new DaemonSetStatusBuilder(before)
                .withObservedGeneration(Meta.generation(set))
                .withDesiredNumberScheduled(desired)
                .withCurrentNumberScheduled(current)
                .withNumberMisscheduled(misscheduled)
                .withNumberReady(ready)
                .withNumberAvailable(available)
                .withNumberUnavailable(desired - available)
                .withUpdatedNumberScheduled(updated)
                .withCollisionCount(history.collisions())
                .build();
    }
}
