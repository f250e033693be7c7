package io.j8s.apiserver.plugins.podsecurity;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// A standard in one version, as a namespace's labels name it.
///
/// @param version `latest` or e.g. `v1.30`
record Level(String name, String version) {

    static final String PREFIX = "pod-security.kubernetes.io/";
    private static final List<String> NAMES = List.of("privileged", "baseline", "restricted");
    private static final Pattern VERSION = Pattern.compile("latest|v1\\.(0|[1-9][0-9]*)");

    /// What `mode` (`enforce`, `audit`, `warn`) asks for; an unreadable label counts as restricted,
    /// as upstream fails safe.
    static Level of(Map<String, String> labels, String mode) {
        var name = labels.getOrDefault(PREFIX + mode, "privileged");
        var version = labels.getOrDefault(PREFIX + mode + "-version", "latest");
        return new Level(
                NAMES.contains(name) ? name : "restricted",
                VERSION.matcher(version).matches() ? version : "latest");
    }

    static boolean isName(String text) {
        return NAMES.contains(text);
    }

    static boolean isVersion(String text) {
        return VERSION.matcher(text).matches();
    }

    List<Violation> check(Checks pod) {
        return switch (name) {
            case "baseline" -> Checks.run(pod, Baseline.ALL);
            case "restricted" -> {
                var out = new ArrayList<>(Checks.run(pod, Baseline.KEPT));
                out.addAll(Checks.run(pod, Restricted.ADDED));
                yield out;
            }
            default -> List.of();
        };
    }

    boolean isPrivileged() {
        return name.equals("privileged");
    }

    /// `restricted:latest`.
    @Override
    public String toString() {
        return name + ":" + version;
    }
}
