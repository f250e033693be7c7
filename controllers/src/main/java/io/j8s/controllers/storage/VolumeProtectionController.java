package io.j8s.controllers.storage;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;

import java.util.List;

/// Holds a volume that is being deleted as long as a claim is bound to it (upstream:
/// `pkg/controller/volume/pvprotection`).
public final class VolumeProtectionController implements Controller {

    private static final String FINALIZER = "kubernetes.io/pv-protection";

    private final Api api;
    private final Informer<PersistentVolume> volumes;
    private final List<ControllerLoop<?>> loops;

    public VolumeProtectionController(ControllerContext context) {
        this.api = context.api();
        this.volumes = context.informer(Kinds.PERSISTENT_VOLUMES);
        var queue = context.queue("pvprotection");
        this.loops = List.of(context.loop(queue, this::reconcile, 1));
        volumes.onChange((_, after) -> {
            if (after != null) {
                queue.add(Meta.key(after));
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    Outcome reconcile(ObjectKey key) {
        var found = volumes.get(key);
        if (found.isEmpty()) {
            return Outcome.DONE;
        }
        var volume = found.get();
        boolean held = Meta.finalizers(volume).contains(FINALIZER);
        boolean bound = volume.getStatus() != null && "Bound".equals(volume.getStatus().getPhase());
        if (Meta.isTerminating(volume)) {
            if (held && !bound) {
                write(volume, false);
            }
        } else if (!held) {
            write(volume, true);
        }
        return Outcome.DONE;
    }

    private void write(PersistentVolume volume, boolean hold) {
        var meta = new PersistentVolumeBuilder(volume).editMetadata();
        if (hold) {
            meta.addToFinalizers(FINALIZER);
        } else {
            meta.removeFromFinalizers(FINALIZER);
        }
        try {
            api.update(Kinds.PERSISTENT_VOLUMES, meta.endMetadata().build());
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                throw refused;
            }
        }
    }
}
