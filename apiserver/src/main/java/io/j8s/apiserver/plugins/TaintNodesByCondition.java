package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionPlugin;

import java.util.Objects;

/// A new node takes no pods until its conditions say that it is ready (upstream:
/// `plugin/pkg/admission/nodetaint`).
public final class TaintNodesByCondition implements AdmissionPlugin {

    private static final String NOT_READY = "node.kubernetes.io/not-ready";
    private static final String NO_SCHEDULE = "NoSchedule";

    @Override
    public String name() {
        return "TaintNodesByCondition";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        return Refusals.isFor(attributes, "", "nodes")
                && attributes.subresource().isEmpty()
                && Refusals.isCreate(attributes);
    }

    @Override
    public void mutate(AdmissionAttributes attributes) {
        var node = Objects.requireNonNull(attributes.object());
        for (var taint : node.trees("spec.taints")) {
            if (taint.string("key", "").equals(NOT_READY)
                    && taint.string("effect", "").equals(NO_SCHEDULE)) {
                return;
            }
        }
        node.ensureList("spec.taints").addTree().set("key", NOT_READY).set("effect", NO_SCHEDULE);
    }
}
