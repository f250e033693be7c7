package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;

import java.util.List;

/// Rules about what a pod may ask for on the operating system that it is for.
final class PodOsRules {

    private PodOsRules() {}

    static void hostProcess(At spec) {
        Boolean ofPod = spec.tree().bool("securityContext.windowsOptions.hostProcess");
        int all = 0;
        int host = 0;
        for (String list : PodValidation.CONTAINERS) {
            for (At container : spec.each(list)) {
                all++;
                Boolean own = container.tree().bool("securityContext.windowsOptions.hostProcess");
                if (ofPod != null && own != null && !ofPod.equals(own)) {
                    container
                            .errors()
                            .invalid(
                                    container.path("securityContext.windowsOptions.hostProcess"),
                                    own,
                                    "pod hostProcess value must be identical if both are specified,"
                                            + " was "
                                            + ofPod);
                }
                boolean effective = own == null ? Boolean.TRUE.equals(ofPod) : own;
                host += effective ? 1 : 0;
            }
        }
        if (host == 0) {
            return;
        }
        if (host != all) {
            spec.errors()
                    .invalid(
                            spec.path(),
                            "",
                            "If pod contains any hostProcess containers then all containers must be"
                                    + " HostProcess containers");
        }
        if (!spec.bool("hostNetwork")) {
            spec.invalid(
                    "hostNetwork",
                    false,
                    "hostNetwork must be true if pod contains any hostProcess containers");
        }
    }

    static void operatingSystem(At spec) {
        if (!spec.has("os")) {
            return;
        }
        String name = spec.string("os.name");
        switch (name) {
            case "" -> spec.required("os.name");
            case "linux" -> {
                String text = "windows options cannot be set for a linux pod";
                forbid(spec, "securityContext", List.of("windowsOptions"), text);
                forContainers(spec, List.of("windowsOptions"), text);
            }
            case "windows" -> windows(spec);
            default ->
                    spec.errors().notSupported(spec.path("os"), name, List.of("linux", "windows"));
        }
    }

    private static void windows(At spec) {
        String text = "cannot be set for a windows pod";
        forbid(spec, "securityContext", List.of("appArmorProfile", "seLinuxOptions"), text);
        for (String field : List.of("hostUsers", "hostPID", "hostIPC")) {
            if (field.equals("hostUsers") ? spec.has(field) : spec.bool(field)) {
                spec.forbidden(field, text);
            }
        }
        forbid(
                spec,
                "securityContext",
                List.of("seccompProfile", "fsGroup", "fsGroupChangePolicy", "sysctls"),
                text);
        if (spec.has("shareProcessNamespace")) {
            spec.forbidden("shareProcessNamespace", text);
        }
        forbid(
                spec,
                "securityContext",
                List.of(
                        "runAsUser",
                        "runAsGroup",
                        "supplementalGroups",
                        "supplementalGroupsPolicy",
                        "seLinuxChangePolicy"),
                text);
        forContainers(
                spec,
                List.of(
                        "appArmorProfile",
                        "seLinuxOptions",
                        "seccompProfile",
                        "capabilities",
                        "readOnlyRootFilesystem",
                        "privileged",
                        "allowPrivilegeEscalation",
                        "procMount",
                        "runAsUser",
                        "runAsGroup"),
                text);
    }

    private static void forContainers(At spec, List<String> fields, String text) {
        for (String list : PodValidation.CONTAINERS) {
            spec.each(list)
                    .forEach(container -> forbid(container, "securityContext", fields, text));
        }
    }

    private static void forbid(At holder, String struct, List<String> fields, String text) {
        if (holder.at(struct) instanceof At context) {
            for (String field : fields) {
                if (context.has(field)) {
                    context.forbidden(field, text);
                }
            }
        }
    }
}
