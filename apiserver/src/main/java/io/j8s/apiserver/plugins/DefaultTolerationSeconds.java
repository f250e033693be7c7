package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.schema.Tree;

import java.util.List;
import java.util.Objects;

/// Pods stay five minutes on a node that is not ready or not reachable, unless they say otherwise
/// (upstream: `plugin/pkg/admission/defaulttolerationseconds`).
public final class DefaultTolerationSeconds implements AdmissionPlugin {

    private static final List<String> TAINTS =
            List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable");
    private static final String NO_EXECUTE = "NoExecute";
    private static final long SECONDS = 300;

    @Override
    public String name() {
        return "DefaultTolerationSeconds";
    }

    @Override
    public boolean handles(AdmissionAttributes attributes) {
        return Refusals.isPod(attributes)
                && (Refusals.isCreate(attributes) || Refusals.isUpdate(attributes));
    }

    @Override
    public void mutate(AdmissionAttributes attributes) {
        var pod = Objects.requireNonNull(attributes.object());
        for (var taint : TAINTS) {
            if (!tolerates(pod, taint)) {
                var toleration = pod.ensureList("spec.tolerations").addTree();
                toleration.set("key", taint).set("operator", "Exists").set("effect", NO_EXECUTE);
                toleration.set("tolerationSeconds", SECONDS);
            }
        }
    }

    private static boolean tolerates(Tree pod, String taint) {
        for (var toleration : pod.trees("spec.tolerations")) {
            var key = toleration.string("key", "");
            var effect = toleration.string("effect", "");
            if ((key.isEmpty() || key.equals(taint))
                    && (effect.isEmpty() || effect.equals(NO_EXECUTE))) {
                return true;
            }
        }
        return false;
    }
}
