package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;

/// Rules about annotations that mean something to pods, some of them beside fields that took their
/// place.
final class PodAnnotationRules {

    private PodAnnotationRules() {}

    /// Upstream's `ValidatePodSpecificAnnotations`, as far as it is about more than old profiles.
    static void annotations(At at, String field) {
        var annotations = at.tree().stringMap(field);
        String cost = annotations.get("controller.kubernetes.io/pod-deletion-cost");
        if (cost != null && !isDeletionCost(cost)) {
            at.errors()
                    .invalid(
                            at.path(field) + "[controller.kubernetes.io/pod-deletion-cost]",
                            cost,
                            "must be a 32bit integer");
        }
    }

    /// Upstream's `GetDeletionCostFromPodAnnotations`: no leading plus or zero.
    private static boolean isDeletionCost(String text) {
        if (!text.matches("-?(0|[1-9][0-9]{0,9})")) {
            return false;
        }
        long value = Long.parseLong(text);
        return value >= Integer.MIN_VALUE && value <= Integer.MAX_VALUE;
    }

    /// Where the old annotation and the field name a profile both, they must agree.
    static void annotationsMatch(At holder, String annotations, String specField) {
        var old = holder.tree().stringMap(annotations);
        if (old.isEmpty() || !(holder.at(specField) instanceof At spec)) {
            return;
        }
        String pod = old.get("seccomp.security.alpha.kubernetes.io/pod");
        if (pod != null && spec.at("securityContext.seccompProfile") instanceof At profile) {
            profileMatches(profile, pod, "seccomp", "localhost/", "unconfined");
        }
        for (String list : PodValidation.CONTAINERS) {
            for (At container : spec.each(list)) {
                String name = container.string("name");
                String seccomp = old.get("container.seccomp.security.alpha.kubernetes.io/" + name);
                if (seccomp != null
                        && container.at("securityContext.seccompProfile") instanceof At profile) {
                    profileMatches(profile, seccomp, "seccomp", "localhost/", "unconfined");
                }
                String armor = old.get("container.apparmor.security.beta.kubernetes.io/" + name);
                At own = container.at("securityContext.appArmorProfile");
                At effective = own == null ? spec.at("securityContext.appArmorProfile") : own;
                if (armor != null && effective != null) {
                    At shown =
                            new At(
                                    effective.tree(),
                                    container.path("securityContext.appArmorProfile"),
                                    container.errors());
                    profileMatches(shown, armor, "apparmor", "localhost/", "unconfined");
                }
            }
        }
    }

    private static void profileMatches(
            At profile, String annotation, String what, String local, String unconfined) {
        boolean typeFits =
                switch (profile.string("type")) {
                    case "Unconfined" -> annotation.equals(unconfined);
                    case "RuntimeDefault" ->
                            annotation.equals("runtime/default")
                                    || (what.equals("seccomp")
                                            && annotation.equals("docker/default"));
                    case "Localhost" -> annotation.startsWith(local);
                    default -> true;
                };
        if (!typeFits) {
            profile.forbidden("type", what + " type in annotation and field must match");
        } else if (profile.string("type").equals("Localhost")
                && !annotation
                        .substring(local.length())
                        .equals(profile.string("localhostProfile"))) {
            profile.forbidden(
                    "localhostProfile", what + " profile in annotation and field must match");
        }
    }
}
