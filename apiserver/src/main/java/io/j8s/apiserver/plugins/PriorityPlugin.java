package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/// Resolves a pod's priority class to a number (upstream: `plugin/pkg/admission/priority`).
public final class PriorityPlugin implements AdmissionPlugin {

    private static final GroupResource CLASSES =
            new GroupResource("scheduling.k8s.io", "priorityclasses");
    private static final String PREEMPT = "PreemptLowerPriority";

    private final Lookup lookup;

    public PriorityPlugin(Lookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public String name() {
        return "Priority";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        return (Refusals.isPod(attributes) || isClass(attributes))
                && (Refusals.isCreate(attributes) || Refusals.isUpdate(attributes));
    }

    private static boolean isClass(AdmissionAttributes attributes) {
        return Refusals.isFor(attributes, CLASSES.group(), CLASSES.resource());
    }

    @Override
    public void mutate(AdmissionAttributes attributes) throws InterruptedException {
        if (isClass(attributes)) {
            return;
        }
        var pod = Objects.requireNonNull(attributes.object());
        var old = attributes.old();
        if (old != null) {
            keep(pod, old, "spec.priority");
            keep(pod, old, "spec.preemptionPolicy");
            return;
        }
        resolve(attributes, pod);
    }

    /// Upstream: an update that leaves out what admission set does not mean to change it.
    private static void keep(Tree pod, Tree old, String field) {
        if (!pod.has(field) && old.has(field)) {
            pod.keep(field, old);
        }
    }

    private void resolve(AdmissionAttributes attributes, Tree pod) throws InterruptedException {
        long priority = 0;
        String policy = PREEMPT;
        var named = pod.string("spec.priorityClassName", "");
        var found = named.isEmpty() ? defaultClass() : find(attributes, named);
        if (found != null) {
            pod.set("spec.priorityClassName", found.string("metadata.name", ""));
            priority = found.longValue("value", 0);
            policy = found.string("preemptionPolicy", "");
        }
        var own = pod.number("spec.priority");
        if (own != null && own.longValue() != priority) {
            throw Refusals.forbidden(
                    attributes,
                    ("the integer value of priority (%d) must not be provided in pod spec;"
                                    + " priority admission controller computed %d from the given"
                                    + " PriorityClass name")
                            .formatted(own.longValue(), priority));
        }
        pod.set("spec.priority", priority);
        if (policy.isEmpty()) {
            return;
        }
        var ownPolicy = pod.string("spec.preemptionPolicy", policy);
        if (!ownPolicy.equals(policy)) {
            throw Refusals.forbidden(
                    attributes,
                    ("the string value of PreemptionPolicy (%s) must not be provided in pod spec;"
                                    + " priority admission controller computed %s from the given"
                                    + " PriorityClass name")
                            .formatted(ownPolicy, policy));
        }
        pod.set("spec.preemptionPolicy", policy);
    }

    private Tree find(AdmissionAttributes attributes, String name) throws InterruptedException {
        var key = ObjectKey.clusterScoped(name);
        var found = lookup.get(CLASSES, key);
        if (found.isEmpty()) {
            found = lookup.getFresh(CLASSES, key);
        }
        return found.orElseThrow(() ->
                Refusals.forbidden(
                        attributes, "no PriorityClass with name " + name + " was found"));
    }

    /// Should there be several, the lowest counts.
    private @Nullable Tree defaultClass() {
        Tree lowest = null;
        for (var candidate : lookup.list(CLASSES, "")) {
            if (candidate.bool("globalDefault", false)
                    && (lowest == null
                            || candidate.longValue("value", 0) < lowest.longValue("value", 0))) {
                lowest = candidate;
            }
        }
        return lowest;
    }

    @Override
    public void validate(AdmissionAttributes attributes) {
        if (!isClass(attributes)) {
            return;
        }
        var object = Objects.requireNonNull(attributes.object());
        var present = object.bool("globalDefault", false) ? defaultClass() : null;
        if (present == null) {
            return;
        }
        var name = present.string("metadata.name", "");
        // upstream: an update may keep the mark that it already has
        if (Refusals.isCreate(attributes) || !name.equals(object.string("metadata.name", ""))) {
            throw Refusals.forbidden(
                    attributes,
                    "PriorityClass "
                            + name
                            + " is already marked as default. Only one default can exist");
        }
    }
}
