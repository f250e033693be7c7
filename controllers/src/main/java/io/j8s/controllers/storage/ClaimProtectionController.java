package io.j8s.controllers.storage;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimCondition;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimConditionBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.runtime.WorkQueue;
import io.j8s.controllers.workload.PodRules;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Holds a claim that is being deleted until no running pod uses it (upstream:
/// `pkg/controller/volume/pvcprotection`). Before it lets go it asks the server for the pods,
/// because the cache may not have heard of one. Of a bound claim it tells whether any pod names it.
public final class ClaimProtectionController implements Controller {

    static final String FINALIZER = "kubernetes.io/pvc-protection";
    private static final String BY_CLAIM = "claims";
    private static final String UNUSED = "Unused"; // upstream: PersistentVolumeClaimUnused

    private final Api api;
    private final Timers timers;
    private final Informer<PersistentVolumeClaim> claims;
    private final Informer<Pod> pods;
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;

    public ClaimProtectionController(ControllerContext context) {
        this.api = context.api();
        this.timers = context.timers();
        this.claims = context.informer(Kinds.CLAIMS);
        this.pods = context.informer(Kinds.PODS);
        pods.index(BY_CLAIM, pod -> claimsOf(pod).stream().map(ObjectKey::toString).toList());
        this.queue = context.queue("pvcprotection");
        this.loops = List.of(context.loop(queue, this::reconcile, 1));
        claims.onChange((_, after) -> {
            if (after != null) {
                queue.add(Meta.key(after));
            }
        });
        pods.onChange(this::podChanged);
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private void podChanged(@Nullable Pod before, @Nullable Pod after) {
        if (after != null) {
            claimsOf(after).forEach(queue::add);
        }
        if (before != null && (after == null || !Meta.uid(after).equals(Meta.uid(before)))) {
            claimsOf(before).forEach(queue::add);
        }
    }

    /// Ended pods hold nothing; neither do those that never got a node.
    private static boolean uses(Pod pod) {
        return !PodRules.isTerminal(pod) && !PodRules.node(pod).isEmpty();
    }

    static List<ObjectKey> claimsOf(Pod pod) {
        var keys = new ArrayList<ObjectKey>();
        for (var volume : pod.getSpec().getVolumes()) {
            if (volume.getPersistentVolumeClaim() != null) {
                keys.add(
                        new ObjectKey(
                                Meta.namespace(pod),
                                volume.getPersistentVolumeClaim().getClaimName()));
            } else if (volume.getEphemeral() != null) {
                keys.add(
                        new ObjectKey(
                                Meta.namespace(pod), Meta.name(pod) + "-" + volume.getName()));
            }
        }
        return keys;
    }

    Outcome reconcile(ObjectKey key) {
        var found = claims.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        var claim = found.get();
        if (!Meta.isTerminating(claim) && isBound(claim)) {
            // upstream: not before, so as not to get into the way of binding
            tellUse(claim, key);
        }
        boolean held = Meta.finalizers(claim).contains(FINALIZER);
        if (Meta.isTerminating(claim)) {
            if (held && !isUsed(key)) {
                write(claim, false);
            }
        } else if (!held) {
            write(claim, true);
        }
        return Outcome.DONE;
    }

    private static boolean isBound(PersistentVolumeClaim claim) {
        return claim.getStatus() != null && "Bound".equals(claim.getStatus().getPhase());
    }

    /// Keeps the condition that says whether any pod names the claim, scheduled or not.
    private void tellUse(PersistentVolumeClaim claim, ObjectKey key) {
        var known =
                claim.getStatus().getConditions().stream()
                        .filter(c -> c.getType().equals(UNUSED))
                        .map(PersistentVolumeClaimCondition::getStatus)
                        .findFirst()
                        .orElse("");
        boolean isNamed =
                pods.byIndex(BY_CLAIM, key.toString()).stream()
                        .anyMatch(ClaimProtectionController::names);
        if (isNamed ? known.equals("False") : known.equals("True")) {
            return;
        }
        if (!isNamed) {
            isNamed =
                    api.list(Kinds.PODS, Api.Query.all(key.namespace())).items().stream()
                            .anyMatch(pod -> names(pod) && claimsOf(pod).contains(key));
        }
        var status = isNamed ? "False" : "True";
        if (!status.equals(known)) {
            api.updateStatus(Kinds.CLAIMS, withUse(claim, isNamed, Meta.timestamp(timers.now())));
        }
    }

    /// Pure: the claim with its condition set.
    static PersistentVolumeClaim withUse(PersistentVolumeClaim claim, boolean isUsed, String now) {
        var condition =
                new PersistentVolumeClaimConditionBuilder()
                        .withType(UNUSED)
                        .withStatus(isUsed ? "False" : "True")
                        .withLastTransitionTime(now)
                        .withReason(isUsed ? "PodUsingPVC" : "NoPodsUsingPVC")
                        .withMessage(
                                isUsed
                                        ? "A pod is currently referencing this PVC"
                                        : "No pods are currently referencing this PVC")
                        .build();
        var conditions = new ArrayList<>(claim.getStatus().getConditions());
        conditions.replaceAll(c -> c.getType().equals(UNUSED) ? condition : c);
        if (!conditions.contains(condition)) {
            conditions.add(condition);
        }
        return new PersistentVolumeClaimBuilder(claim)
                .editStatus()
                .withConditions(conditions)
                .endStatus()
                .build();
    }

    /// Whether a pod still stands for its claims (upstream: `IsPodTerminated`).
    private static boolean names(Pod pod) {
        if (PodRules.isTerminal(pod)) {
            return false;
        }
        return !Meta.isTerminating(pod)
                || (pod.getStatus() != null
                        && pod.getStatus().getContainerStatuses().stream()
                                .anyMatch(ClaimProtectionController::isRunning));
    }

    private static boolean isRunning(ContainerStatus status) {
        var state = status.getState();
        return state == null || (state.getTerminated() == null && state.getWaiting() == null);
    }

    private boolean isUsed(ObjectKey key) {
        return pods.byIndex(BY_CLAIM, key.toString()).stream()
                        .anyMatch(ClaimProtectionController::uses)
                || api.list(Kinds.PODS, Api.Query.all(key.namespace())).items().stream()
                        .anyMatch(pod -> uses(pod) && claimsOf(pod).contains(key));
    }

    private void write(PersistentVolumeClaim claim, boolean hold) {
        var meta = new PersistentVolumeClaimBuilder(claim).editMetadata();
        if (hold) {
            meta.addToFinalizers(FINALIZER);
        } else {
            meta.removeFromFinalizers(FINALIZER);
        }
        try {
            api.update(Kinds.CLAIMS, meta.endMetadata().build());
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
    }
}
