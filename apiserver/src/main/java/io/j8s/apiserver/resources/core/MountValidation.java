package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;

/// Rules about where a container sees its volumes (upstream: `ValidateVolumeMounts`,
/// `ValidateVolumeDevices`).
final class MountValidation {

    private MountValidation() {}

    /// @param volumes the pod's valid volumes by name
    static void mounts(At container, Map<String, Tree> volumes) {
        var devices = new HashMap<String, String>();
        container
                .each("volumeDevices")
                .forEach(d -> devices.put(d.string("name"), d.string("devicePath")));
        var seen = new HashSet<String>();
        for (At mount : container.each("volumeMounts")) {
            String name = mount.string("name");
            String path = mount.string("mountPath");
            mount.present("name");
            if (!volumes.containsKey(name)) {
                mount.errors().notFound(mount.path("name"), name);
            }
            mount.present("mountPath");
            if (!seen.add(path)) {
                mount.invalid("mountPath", path, "must be unique");
            }
            if (devices.containsKey(name)) {
                mount.invalid("name", name, "must not already exist in volumeDevices");
            }
            if (devices.containsValue(path)) {
                mount.invalid(
                        "mountPath", path, "must not already exist as a path in volumeDevices");
            }
            subPaths(container, mount, volumes.get(name));
            propagation(container, mount);
        }
    }

    private static void subPaths(
            At container, At mount, @org.jspecify.annotations.Nullable Tree volume) {
        String subPath = mount.string("subPath");
        String expression = mount.string("subPathExpr");
        if (volume != null && volume.has("image")) {
            if (!subPath.isEmpty()) {
                Paths.localDescending(container, "volumeMounts.subPath", subPath);
            }
            if (!expression.isEmpty()) {
                mount.invalid("subPathExpr", expression, "not allowed in image volume sources");
            }
        } else if (!subPath.isEmpty()) {
            Paths.localDescending(container, "volumeMounts.subPath", subPath);
        }
        if (!expression.isEmpty()) {
            if (!subPath.isEmpty()) {
                mount.invalid(
                        "subPathExpr",
                        expression,
                        "subPathExpr and subPath are mutually exclusive");
            }
            Paths.localDescending(container, "volumeMounts.subPathExpr", expression);
        }
    }

    /// Upstream reports these under the list, without an index.
    private static void propagation(At container, At mount) {
        String field = "volumeMounts.mountPropagation";
        var supported = java.util.List.of("Bidirectional", "HostToContainer", "None");
        String mode = mount.string("mountPropagation");
        if (mount.has("mountPropagation")) {
            if (!supported.contains(mode)) {
                container.errors().notSupported(container.path(field), mode, supported);
            }
            if (mode.equals("Bidirectional") && !container.bool("securityContext.privileged")) {
                container.forbidden(
                        field,
                        "Bidirectional mount propagation is available only to privileged"
                                + " containers");
            }
        }
        String recursive = "volumeMounts.recursiveReadOnly";
        String asked = mount.string("recursiveReadOnly");
        if (!mount.has("recursiveReadOnly")) {
            return;
        }
        switch (asked) {
            case "Disabled" -> {}
            case "Enabled", "IfPossible" -> {
                if (!mount.bool("readOnly")) {
                    container.forbidden(recursive, "may only be specified when readOnly is true");
                }
                if (!mode.isEmpty() && !mode.equals("None")) {
                    container.forbidden(
                            recursive,
                            "may only be specified when mountPropagation is None or not"
                                    + " specified");
                }
            }
            default ->
                    container
                            .errors()
                            .notSupported(
                                    container.path(recursive),
                                    asked,
                                    java.util.List.of("Disabled", "Enabled", "IfPossible"));
        }
    }

    static void devices(At container, Map<String, Tree> volumes) {
        var mounts = new HashMap<String, String>();
        container
                .each("volumeMounts")
                .forEach(m -> mounts.put(m.string("name"), m.string("mountPath")));
        var names = new HashSet<String>();
        var paths = new HashSet<String>();
        for (At device : container.each("volumeDevices")) {
            String name = device.string("name");
            String path = device.string("devicePath");
            var volume = volumes.get(name);
            device.present("name");
            if (names.contains(name)) {
                device.invalid("name", name, "must be unique");
            }
            if (volume == null) {
                device.errors().notFound(device.path("name"), name);
            } else if (!volume.has("persistentVolumeClaim") && !volume.has("ephemeral")) {
                device.invalid(
                        "name",
                        name,
                        "can only use volume source type of PersistentVolumeClaim or Ephemeral for"
                                + " block mode");
            }
            device.present("devicePath");
            if (paths.contains(path)) {
                device.invalid("devicePath", path, "must be unique");
            }
            if (!path.isEmpty() && Paths.hasBacksteps(path)) {
                device.invalid("devicePath", path, "can not contain backsteps ('..')");
            } else {
                paths.add(path);
            }
            if (mounts.containsKey(name)) {
                device.invalid("name", name, "must not already exist in volumeMounts");
            }
            if (mounts.containsValue(path)) {
                device.invalid(
                        "devicePath", path, "must not already exist as a path in volumeMounts");
            }
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
    }
}
