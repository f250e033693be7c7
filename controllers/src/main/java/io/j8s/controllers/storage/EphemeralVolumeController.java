package io.j8s.controllers.storage;

import static io.j8s.controllers.runtime.Measures.Stability.ALPHA;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.controllers.workload.PodRules;
import io.j8s.machinery.meta.ObjectKey;
import io.prometheus.metrics.core.metrics.Counter;

import java.util.List;

/// Creates the claims of pods with generic ephemeral volumes; the pod owns them, so they go with it
/// (upstream: `pkg/controller/volume/ephemeral`).
public final class EphemeralVolumeController implements Controller {

    private final Api api;
    private final EventRecorder events;
    private final Informer<Pod> pods;
    private final Informer<PersistentVolumeClaim> claims;
    private final List<ControllerLoop<?>> loops;
    private final Counter creations;
    private final Counter failures;

    public EphemeralVolumeController(ControllerContext context) {
        this.api = context.api();
        this.events = context.events();
        this.pods = context.informer(Kinds.PODS);
        this.claims = context.informer(Kinds.CLAIMS);
        var help = "Number of PersistentVolumeClaim creation requests";
        this.creations =
                context.measures().counter(ALPHA, "ephemeral_volume_controller_create_total", help);
        this.failures =
                context.measures()
                        .counter(ALPHA, "ephemeral_volume_controller_create_failures_total", help);
        var queue = context.queue("ephemeral_volume");
        this.loops = List.of(context.loop(queue, this::reconcile, 10));
        pods.onChange((before, after) -> {
            if (before == null && after != null && hasEphemeral(after)) {
                queue.add(Meta.key(after));
            }
        });
        claims.onChange((before, after) -> {
            var owner = before == null ? null : Meta.controllerOf(before);
            if (after == null && before != null && owner != null && owner.getKind().equals("Pod")) {
                queue.add(new ObjectKey(Meta.namespace(before), owner.getName()));
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    private static boolean hasEphemeral(Pod pod) {
        return pod.getSpec().getVolumes().stream().anyMatch(v -> v.getEphemeral() != null);
    }

    Outcome reconcile(ObjectKey key) {
        var found = pods.get(key);
        if (found.isEmpty()
                || Meta.isTerminating(found.get())
                || PodRules.isTerminal(found.get())) {
            return Outcome.DONE;
        }
        for (var volume : found.get().getSpec().getVolumes()) {
            if (volume.getEphemeral() != null) {
                try {
                    ensure(found.get(), volume);
                } catch (StatusException refused) {
                    events.warning(
                            found.get(),
                            "FailedBinding",
                            "ephemeral volume %s: %s"
                                    .formatted(volume.getName(), refused.message()));
                    throw refused;
                }
            }
        }
        return Outcome.DONE;
    }

    private void ensure(Pod pod, Volume volume) {
        var key = new ObjectKey(Meta.namespace(pod), Meta.name(pod) + "-" + volume.getName());
        var known = claims.get(key);
        if (known.isPresent()) {
            if (!Meta.isControlledBy(known.get(), pod)) {
                throw new StatusException(
                        409,
                        "",
                        "PVC %s was not created for pod %s (pod is not owner)"
                                .formatted(key, Meta.key(pod)));
            }
            return;
        }
        var template = volume.getEphemeral().getVolumeClaimTemplate();
        var meta = template.getMetadata();
        var builder = new PersistentVolumeClaimBuilder().withNewMetadata();
        if (meta != null) {
            builder.withLabels(meta.getLabels()).withAnnotations(meta.getAnnotations());
        }
        creations.inc();
        try {
            api.create(
                    Kinds.CLAIMS,
                    builder.withNamespace(key.namespace())
                            .withName(key.name())
                            .withOwnerReferences(Meta.controllerRef(Kinds.PODS, pod))
                            .endMetadata()
                            .withSpec(template.getSpec())
                            .build());
        } catch (StatusException refused) {
            failures.inc();
            if (!refused.isNamespaceTerminating()) {
                throw new StatusException(
                        refused.code(),
                        refused.reason(),
                        "create PVC %s: %s".formatted(key.name(), refused.message()));
            }
        }
    }
}
