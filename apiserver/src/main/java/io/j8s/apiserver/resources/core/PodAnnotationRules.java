package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/// Rules about annotations that mean something to pods, some of them beside fields that took their
/// place.
final class PodAnnotationRules {

    private static final String SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
    private static final String SECCOMP = "container.seccomp.security.alpha.kubernetes.io/";
    private static final String LOCAL = "localhost/";

    private PodAnnotationRules() {}

    /// Upstream's `ValidatePodSpecificAnnotations`.
    ///
    /// @param spec of the pod that the annotations belong to
    static void annotations(At at, String field, @Nullable Tree spec) {
        var annotations = at.tree().stringMap(field);
        String path = at.path(field);
        String mirror = annotations.get(PodUpdates.MIRROR);
        if (mirror != null && (spec == null || spec.string("nodeName", "").isEmpty())) {
            at.errors()
                    .invalid(
                            path + "[" + PodUpdates.MIRROR + "]",
                            mirror,
                            "must set spec.nodeName if mirror pod annotation is set");
        }
        String cost = annotations.get("controller.kubernetes.io/pod-deletion-cost");
        if (cost != null && !isDeletionCost(cost)) {
            at.errors()
                    .invalid(
                            path + "[controller.kubernetes.io/pod-deletion-cost]",
                            cost,
                            "must be a 32bit integer");
        }
        for (String key : new TreeSet<>(annotations.keySet())) {
            if (key.equals(SECCOMP_POD) || key.startsWith(SECCOMP)) {
                seccomp(
                        new At(at.tree(), path, at.errors()),
                        key,
                        annotations.getOrDefault(key, ""));
            }
        }
        for (String key : new TreeSet<>(annotations.keySet())) {
            if (key.startsWith(AppArmor.ANNOTATION)) {
                appArmor(at, path + "[" + key + "]", key, annotations.getOrDefault(key, ""), spec);
            }
        }
    }

    private static void seccomp(At annotations, String key, String profile) {
        if (profile.startsWith(LOCAL)) {
            Paths.localDescending(annotations, key, profile.substring(LOCAL.length()));
        } else if (!List.of("runtime/default", "docker/default", "unconfined").contains(profile)) {
            annotations.invalid(key, profile, "must be a valid seccomp profile");
        }
    }

    private static void appArmor(
            At at, String path, String key, String profile, @Nullable Tree spec) {
        String container = key.substring(AppArmor.ANNOTATION.length());
        boolean known =
                spec != null
                        && PodValidation.CONTAINERS.stream()
                                .flatMap(list -> spec.trees(list).stream())
                                .anyMatch(each -> each.string("name", "").equals(container));
        if (!known) {
            at.errors().invalid(path, container, "container not found");
        }
        if (!profile.isEmpty()
                && !profile.equals("runtime/default")
                && !profile.equals("unconfined")
                && !profile.startsWith(LOCAL)) {
            at.errors()
                    .invalid(
                            path,
                            profile,
                            "invalid AppArmor profile name: " + FieldErrors.quote(profile));
        }
    }

    /// What may not change any more (upstream: `ValidatePodSpecificAnnotationUpdates`).
    static void updates(At root, Tree old) {
        var before = old.stringMap("metadata.annotations");
        var now = root.tree().stringMap("metadata.annotations");
        for (String key : new TreeSet<>(before.keySet())) {
            if (!Objects.equals(now.get(key), before.get(key))) {
                forbid(root, key, "remove or update");
            }
        }
        for (String key : new TreeSet<>(now.keySet())) {
            if (!before.containsKey(key)) {
                forbid(root, key, "add");
            }
        }
        annotations(root, "metadata.annotations", root.tree().tree("spec"));
    }

    private static void forbid(At root, String key, String verb) {
        String field = "metadata.annotations[" + key + "]";
        if (key.startsWith(AppArmor.ANNOTATION)) {
            root.errors().forbidden(field, "may not " + verb + " AppArmor annotations");
        } else if (key.equals(PodUpdates.MIRROR)) {
            root.errors().forbidden(field, "may not " + verb + " mirror pod annotation");
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
