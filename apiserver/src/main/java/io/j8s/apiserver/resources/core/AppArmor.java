package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

/// AppArmor profiles that stand in a pod's annotations, as before 1.30, become fields (upstream:
/// `applyAppArmorVersionSkew`).
final class AppArmor {

    static final String ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";

    private static final String LOCAL = "localhost/";
    private static final int PATH_BYTES_MAX = 4095; // upstream: maxLocalhostProfileLength

    private AppArmor() {}

    /// Whether the text of an annotation means what the field says.
    static boolean isSame(String text, @Nullable Tree field) {
        if (field == null) {
            return false;
        }
        return type(text).equals(field.string("type", ""))
                && local(text).equals(field.string("localhostProfile", ""));
    }

    static void prepare(RequestContext context, Tree pod) {
        Tree spec = pod.tree("spec");
        if (spec == null || spec.string("os.name", "").equals("windows")) {
            return;
        }
        var annotations = pod.stringMap("metadata.annotations");
        for (String list : PodValidation.CONTAINERS) {
            for (Tree container : spec.trees(list)) {
                String key = ANNOTATION + container.string("name", "");
                String text = annotations.get(key);
                if (text == null || container.has("securityContext.appArmorProfile")) {
                    continue;
                }
                boolean good = isGood(text);
                boolean copied =
                        good && !isSame(text, spec.tree("securityContext.appArmorProfile"));
                if (copied) {
                    Tree profile = container.ensure("securityContext.appArmorProfile");
                    profile.set("type", type(text));
                    if (!local(text).isEmpty()) {
                        profile.set("localhostProfile", local(text));
                    }
                }
                if (copied || !good) {
                    context.warn(
                            "metadata.annotations["
                                    + key
                                    + "]: deprecated since v1.30; use the \"appArmorProfile\""
                                    + " field instead");
                }
            }
        }
    }

    private static boolean isGood(String text) {
        String local = local(text);
        return !type(text).isEmpty()
                && local.strip().equals(local)
                && local.length() <= PATH_BYTES_MAX;
    }

    private static String type(String text) {
        if (text.equals("unconfined")) {
            return "Unconfined";
        }
        if (text.equals("runtime/default")) {
            return "RuntimeDefault";
        }
        return local(text).isEmpty() ? "" : "Localhost";
    }

    private static String local(String text) {
        return text.startsWith(LOCAL) ? text.substring(LOCAL.length()) : "";
    }
}
