package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/// Adds a runtime class's overhead and scheduling to its pods (upstream:
/// `plugin/pkg/admission/runtimeclass`).
public final class RuntimeClassPlugin implements AdmissionPlugin {

    private static final GroupResource CLASSES = new GroupResource("node.k8s.io", "runtimeclasses");

    private final Lookup lookup;

    public RuntimeClassPlugin(Lookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public String name() {
        return "RuntimeClass";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        return Refusals.isPod(attributes) && Refusals.isCreate(attributes);
    }

    @Override
    public void mutate(AdmissionAttributes attributes) throws InterruptedException {
        var pod = Objects.requireNonNull(attributes.object());
        var found = find(attributes, pod);
        if (found == null) {
            return;
        }
        setOverhead(attributes, pod, found);
        setScheduling(attributes, pod, found);
    }

    @Override
    public void validate(AdmissionAttributes attributes) throws InterruptedException {
        var pod = Objects.requireNonNull(attributes.object());
        var found = find(attributes, pod);
        boolean has = hasOverhead(pod, "spec.overhead");
        boolean gives = found != null && hasOverhead(found, "overhead.podFixed");
        if (has && !gives) {
            throw Refusals.forbidden(
                    attributes,
                    "pod rejected: Overhead set without corresponding RuntimeClass defined"
                            + " Overhead");
        }
        if (gives && found != null && !overheadOf(pod, found)) {
            throw Refusals.forbidden(
                    attributes,
                    "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        }
    }

    private static boolean hasOverhead(Tree tree, String path) {
        var map = tree.map(path);
        return map != null && !map.isEmpty();
    }

    private static boolean overheadOf(Tree pod, Tree found) {
        return pod.stringMap("spec.overhead").equals(found.stringMap("overhead.podFixed"));
    }

    private @Nullable Tree find(AdmissionAttributes attributes, Tree pod)
            throws InterruptedException {
        var name = pod.string("spec.runtimeClassName");
        if (name == null) {
            return null;
        }
        var key = ObjectKey.clusterScoped(name);
        var found = lookup.get(CLASSES, key);
        if (found.isEmpty()) {
            found = lookup.getFresh(CLASSES, key);
        }
        return found.orElseThrow(() ->
                Refusals.forbidden(
                        attributes,
                        "pod rejected: RuntimeClass " + FieldErrors.quote(name) + " not found"));
    }

    private static void setOverhead(AdmissionAttributes attributes, Tree pod, Tree found) {
        if (!hasOverhead(found, "overhead.podFixed")) {
            return;
        }
        if (hasOverhead(pod, "spec.overhead") && !overheadOf(pod, found)) {
            throw Refusals.forbidden(
                    attributes,
                    "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        }
        pod.set("spec.overhead", found.stringMap("overhead.podFixed"));
    }

    private static void setScheduling(AdmissionAttributes attributes, Tree pod, Tree found) {
        var own = pod.stringMap("spec.nodeSelector");
        for (var entry : found.stringMap("scheduling.nodeSelector").entrySet()) {
            var present = own.get(entry.getKey());
            if (present != null && !present.equals(entry.getValue())) {
                throw Refusals.forbidden(
                        attributes,
                        ("conflict: runtimeClass.scheduling.nodeSelector[%s] = %s;"
                                        + " pod.spec.nodeSelector[%s] = %s")
                                .formatted(
                                        entry.getKey(), entry.getValue(), entry.getKey(), present));
            }
            pod.ensureMap("spec.nodeSelector").put(entry.getKey(), entry.getValue());
        }
        for (var toleration : found.trees("scheduling.tolerations")) {
            var present = pod.trees("spec.tolerations");
            if (present.stream().noneMatch(toleration::semanticallyEquals)) {
                pod.ensureList("spec.tolerations").addValue(toleration.copy());
            }
        }
    }
}
