package io.j8s.apiserver.plugins;

import io.j8s.apiserver.schema.Tree;

import java.util.ArrayList;
import java.util.List;

/// Which Secrets a pod names (upstream: `podutil.VisitPodSecretNames`). Pure.
final class PodSecrets {

    private static final List<String> KINDS =
            List.of("initContainers", "containers", "ephemeralContainers");

    private PodSecrets() {}

    /// @param containerKind as upstream words it, `init` or empty
    /// @param place where in the container, e.g. `envVar NAME` or `envFrom`
    record Use(String containerKind, String container, String place, String secret) {}

    /// Names of all Secrets of the pod, wherever.
    static List<String> of(Tree pod) {
        var out = new ArrayList<String>();
        for (var ref : pod.trees("spec.imagePullSecrets")) {
            out.add(ref.string("name", ""));
        }
        inContainers(pod).forEach(use -> out.add(use.secret()));
        for (var volume : pod.trees("spec.volumes")) {
            volume.walk((path, _, value) -> {
                if (value instanceof String name && namesSecret(path)) {
                    out.add(name);
                }
                return true;
            });
        }
        return out;
    }

    private static boolean namesSecret(String path) {
        return path.equals("secret.secretName")
                || path.equals("azureFile.secretName")
                || path.endsWith("secretRef.name")
                || path.endsWith("SecretRef.name")
                || path.endsWith("].secret.name");
    }

    static List<Use> inContainers(Tree pod) {
        var out = new ArrayList<Use>();
        for (var kind : KINDS) {
            for (var container : pod.trees("spec." + kind)) {
                collect(out, kind.replace("containers", "").replace("Containers", ""), container);
            }
        }
        return out;
    }

    private static void collect(List<Use> out, String kind, Tree container) {
        var name = container.string("name", "");
        for (var variable : container.trees("env")) {
            var secret = variable.string("valueFrom.secretKeyRef.name", "");
            if (!secret.isEmpty()) {
                out.add(new Use(kind, name, "envVar " + variable.string("name", ""), secret));
            }
        }
        for (var from : container.trees("envFrom")) {
            var secret = from.string("secretRef.name", "");
            if (!secret.isEmpty()) {
                out.add(new Use(kind, name, "envFrom", secret));
            }
        }
    }
}
