package io.j8s.apiserver.plugins.podsecurity;

import io.j8s.apiserver.schema.Tree;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// The restricted standard: current hardening practice, on top of baseline (upstream:
/// `pod-security-admission/policy/check_*.go`). Pure.
final class Restricted {

    private static final Set<String> CAPABILITIES = Set.of("NET_BIND_SERVICE");
    private static final Set<String> VOLUMES =
            Set.of(
                    "configMap",
                    "csi",
                    "downwardAPI",
                    "emptyDir",
                    "ephemeral",
                    "image",
                    "persistentVolumeClaim",
                    "projected",
                    "secret");

    static final List<Function<Checks, List<Violation>>> ADDED =
            List.of(
                    Restricted::allowPrivilegeEscalation,
                    Restricted::capabilities,
                    Restricted::volumes,
                    Restricted::runAsNonRoot,
                    Restricted::runAsUser,
                    Restricted::seccomp);

    private Restricted() {}

    private static List<Violation> allowPrivilegeEscalation(Checks pod) {
        if (pod.isWindows()) {
            return Checks.none();
        }
        var bad =
                pod.containers(container ->
                        container.bool("securityContext.allowPrivilegeEscalation", true));
        return bad.isEmpty()
                ? Checks.none()
                : Checks.one(
                        "allowPrivilegeEscalation != false",
                        Violation.containers(bad)
                                + " must set securityContext.allowPrivilegeEscalation=false");
    }

    private static List<Violation> capabilities(Checks pod) {
        if (pod.isWindows()) {
            return Checks.none();
        }
        var details = new ArrayList<String>();
        var missing =
                pod.containers(container ->
                        !container.strings("securityContext.capabilities.drop").contains("ALL"));
        if (!missing.isEmpty()) {
            details.add(
                    Violation.containers(missing)
                            + " must set securityContext.capabilities.drop=[\"ALL\"]");
        }
        Baseline.addedCapabilities(pod, CAPABILITIES).ifPresent(details::add);
        return details.isEmpty()
                ? Checks.none()
                : Checks.one("unrestricted capabilities", String.join("; ", details));
    }

    private static List<Violation> volumes(Checks pod) {
        var bad = new ArrayList<String>();
        var types = new TreeSet<String>();
        for (var volume : pod.spec().trees("volumes")) {
            var type = type(volume);
            if (!VOLUMES.contains(type)) {
                bad.add(volume.string("name", ""));
                types.add(type);
            }
        }
        if (bad.isEmpty()) {
            return Checks.none();
        }
        return Checks.one(
                "restricted volume types",
                "%s %s restricted volume %s %s"
                        .formatted(
                                (bad.size() == 1 ? "volume " : "volumes ") + Violation.quoted(bad),
                                bad.size() == 1 ? "uses" : "use",
                                types.size() == 1 ? "type" : "types",
                                Violation.quoted(types)));
    }

    private static String type(Tree volume) {
        for (var field : volume.type().fields()) {
            if (!field.name().equals("name") && volume.has(field.name())) {
                return field.name();
            }
        }
        return "unknown";
    }

    private static List<Violation> runAsNonRoot(Checks pod) {
        var details = new ArrayList<String>();
        var path = "securityContext.runAsNonRoot";
        var own = pod.spec().bool(path);
        if (Boolean.FALSE.equals(own)) {
            details.add("pod must not set securityContext.runAsNonRoot=false");
        }
        var explicit = pod.containers(container -> !container.bool(path, true));
        if (!explicit.isEmpty()) {
            details.add(
                    Violation.containers(explicit)
                            + " must not set securityContext.runAsNonRoot=false");
        }
        if (own == null) {
            var implicit = pod.containers(container -> container.bool(path) == null);
            if (!implicit.isEmpty()) {
                details.add(
                        "pod or "
                                + Violation.containers(implicit)
                                + " must set securityContext.runAsNonRoot=true");
            }
        }
        return details.isEmpty()
                ? Checks.none()
                : Checks.one("runAsNonRoot != true", String.join(", ", details));
    }

    private static List<Violation> runAsUser(Checks pod) {
        var setters = new ArrayList<String>();
        if (isRoot(pod.spec())) {
            setters.add("pod");
        }
        var containers = pod.containers(Restricted::isRoot);
        if (!containers.isEmpty()) {
            setters.add(Violation.containers(containers));
        }
        return setters.isEmpty()
                ? Checks.none()
                : Checks.one(
                        "runAsUser=0", String.join(" and ", setters) + " must not set runAsUser=0");
    }

    private static boolean isRoot(Tree holder) {
        var user = holder.number("securityContext.runAsUser");
        return user != null && user.isZero();
    }

    private static List<Violation> seccomp(Checks pod) {
        if (pod.isWindows()) {
            return Checks.none();
        }
        var details = new ArrayList<String>();
        var path = "securityContext.seccompProfile.type";
        var own = pod.spec().string(path);
        if (own != null && !isConfined(own)) {
            details.add(mustNot("pod", Set.of(own)));
        }
        var types = new TreeSet<String>();
        var explicit =
                pod.containers(container -> {
                    var type = container.string(path);
                    if (type == null || isConfined(type)) {
                        return false;
                    }
                    types.add(type);
                    return true;
                });
        if (!explicit.isEmpty()) {
            details.add(mustNot(Violation.containers(explicit), types));
        }
        if (own == null) {
            var implicit = pod.containers(container -> container.string(path) == null);
            if (!implicit.isEmpty()) {
                details.add(
                        "pod or "
                                + Violation.containers(implicit)
                                + " must set securityContext.seccompProfile.type to"
                                + " \"RuntimeDefault\" or \"Localhost\"");
            }
        }
        return details.isEmpty()
                ? Checks.none()
                : Checks.one("seccompProfile", String.join(", ", details));
    }

    private static boolean isConfined(String type) {
        return type.equals("RuntimeDefault") || type.equals("Localhost");
    }

    private static String mustNot(String who, Set<String> types) {
        return "%s must not set securityContext.seccompProfile.type to %s"
                .formatted(who, Violation.quoted(types));
    }
}
