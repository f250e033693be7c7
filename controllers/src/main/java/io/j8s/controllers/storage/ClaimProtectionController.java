package io.j8s.controllers.storage;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
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

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Holds a claim that is being deleted until no running pod uses it (upstream:
/// `pkg/controller/volume/pvcprotection`). Before it lets go it asks the server for the pods,
/// because the cache may not have heard of one.
public final class ClaimProtectionController implements Controller {

    static final String FINALIZER = "kubernetes.io/pvc-protection";
    private static final String BY_CLAIM = "claims";

    private final Api api;
    private final Informer<PersistentVolumeClaim> claims;
    private final Informer<Pod> pods;
    private final WorkQueue<ObjectKey> queue;
    private final List<ControllerLoop<?>> loops;

    public ClaimProtectionController(ControllerContext context) {
        this.api = context.api();
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
        if (before != null && (after == null || !uses(after))) {
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
