package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;

import java.util.List;
import java.util.function.UnaryOperator;

/// Creates and deletes pods for their owner and tells of it in the owner's events (upstream:
/// `RealPodControl`).
final class PodControl {

    private final Api api;
    private final EventRecorder events;

    PodControl(Api api, EventRecorder events) {
        this.api = api;
        this.events = events;
    }

    /// A pod of the template with a generated name; `adjust` sees it before it is sent.
    Pod create(
            Kind<?> ownerKind,
            HasMetadata owner,
            PodTemplateSpec template,
            UnaryOperator<PodBuilder> adjust) {
        var pod = adjust.apply(fromTemplate(ownerKind, owner, template)).build();
        try {
            var created = api.create(Kinds.PODS, pod);
            events.normal(owner, "SuccessfulCreate", "Created pod: " + Meta.name(created));
            return created;
        } catch (StatusException refused) {
            if (!refused.isNamespaceTerminating()) {
                events.warning(owner, "FailedCreate", "Error creating: " + refused.message());
            }
            throw refused;
        }
    }

    static PodBuilder fromTemplate(Kind<?> ownerKind, HasMetadata owner, PodTemplateSpec template) {
        var meta = template.getMetadata();
        var pod = new PodBuilder().withNewMetadata();
        pod.withNamespace(Meta.namespace(owner))
                .withGenerateName(prefix(Meta.name(owner)))
                .withOwnerReferences(List.of(Meta.controllerRef(ownerKind, owner)));
        if (meta != null) {
            pod.withLabels(meta.getLabels())
                    .withAnnotations(meta.getAnnotations())
                    .withFinalizers(meta.getFinalizers());
        }
        return pod.endMetadata().withSpec(template.getSpec());
    }

    /// Upstream: the owner's name and a dash, unless that is no valid prefix of a pod's name.
    static String prefix(String name) {
        var prefix = name + "-";
        return prefix.length() <= 253 ? prefix : name;
    }

    void delete(HasMetadata owner, Pod pod) {
        try {
            api.delete(Kinds.PODS, Meta.key(pod), Api.Delete.PLAIN);
            events.normal(owner, "SuccessfulDelete", "Deleted pod: " + Meta.name(pod));
        } catch (StatusException refused) {
            if (!refused.isNotFound()) {
                events.warning(owner, "FailedDelete", "Error deleting: " + refused.message());
            }
            throw refused;
        }
    }
}
