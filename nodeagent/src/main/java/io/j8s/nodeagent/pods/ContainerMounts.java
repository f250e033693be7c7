package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.j8s.cri.v1.Mount;
import io.j8s.cri.v1.MountPropagation;
import io.j8s.nodeagent.core.ConfigException;
import io.j8s.nodeagent.core.Expansion;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodNames;
import io.j8s.nodeagent.volumes.SubPaths;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/// What is mounted into a container: its volumes, the hosts file, the file for its last words.
final class ContainerMounts {

    static final String TERMINATION_LOG = "/dev/termination-log";
    private static final String HOSTS = "/etc/hosts";

    private final PodTools tools;
    private final Pod pod;
    private final Map<String, Path> volumes;

    ContainerMounts(PodTools tools, Pod pod, Map<String, Path> volumes) {
        this.tools = tools;
        this.pod = pod;
        this.volumes = volumes;
    }

    List<Mount> of(Container container, Map<String, String> variables, List<String> podIps)
            throws ConfigException, IOException {
        var mounts = new ArrayList<Mount>();
        int index = 0;
        for (var mount : container.getVolumeMounts()) {
            mounts.add(volume(container, mount, variables, index++));
        }
        boolean hasOwnHosts =
                mounts.stream().anyMatch(mount -> mount.getContainerPath().equals(HOSTS));
        if (!hasOwnHosts) {
            mounts.add(hosts(podIps));
        }
        mounts.add(terminationLog(container));
        return mounts;
    }

    private Mount volume(
            Container container, VolumeMount mount, Map<String, String> variables, int index)
            throws ConfigException, IOException {
        var path = volumes.get(mount.getName());
        if (path == null) {
            throw ConfigException.ofContainer(
                    "cannot find volume \"%s\" to mount into container \"%s\""
                            .formatted(mount.getName(), container.getName()));
        }
        if ("Enabled".equals(mount.getRecursiveReadOnly())) {
            throw ConfigException.ofContainer(
                    "volume \"%s\" requested recursive read-only mode, but it is not supported by"
                                    .formatted(mount.getName())
                            + " the runtime");
        }
        var subPath = subPath(mount, variables);
        if (!subPath.isEmpty()) {
            path = bound(container, mount, path, subPath, index);
        }
        return Mount.newBuilder()
                .setHostPath(path.toString())
                .setContainerPath(absolute(mount.getMountPath()))
                .setReadonly(Boolean.TRUE.equals(mount.getReadOnly()))
                .setPropagation(propagation(container, mount))
                .build();
    }

    private static String subPath(VolumeMount mount, Map<String, String> variables)
            throws ConfigException {
        var expression = mount.getSubPathExpr();
        if (expression != null && !expression.isEmpty()) {
            var expanded = Expansion.expand(expression, variables);
            if (expanded.contains("$(")) {
                throw ConfigException.ofContainer(
                        "failed to expand subPath for volumeMount \"%s\" of container"
                                .formatted(mount.getName()));
            }
            return expanded;
        }
        return mount.getSubPath() == null ? "" : mount.getSubPath();
    }

    private Path bound(
            Container container, VolumeMount mount, Path volume, String subPath, int index)
            throws ConfigException, IOException {
        var target =
                tools.paths()
                        .pod(PodFacts.uid(pod))
                        .resolve("volume-subpaths")
                        .resolve(mount.getName())
                        .resolve(container.getName())
                        .resolve(Integer.toString(index));
        try {
            return SubPaths.bind(volume, subPath, target);
        } catch (IOException e) {
            throw ConfigException.ofContainer(
                    "failed to prepare subPath for volumeMount \"%s\" of container \"%s\": %s"
                            .formatted(mount.getName(), container.getName(), e.getMessage()));
        }
    }

    private static MountPropagation propagation(Container container, VolumeMount mount)
            throws ConfigException {
        return switch (mount.getMountPropagation() == null ? "None" : mount.getMountPropagation()) {
            case "HostToContainer" -> MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
            case "Bidirectional" -> {
                var security = container.getSecurityContext();
                if (security == null || !Boolean.TRUE.equals(security.getPrivileged())) {
                    throw ConfigException.ofContainer(
                            "Bidirectional mount propagation is available only to privileged"
                                    + " containers");
                }
                yield MountPropagation.PROPAGATION_BIDIRECTIONAL;
            }
            default -> MountPropagation.PROPAGATION_PRIVATE;
        };
    }

    private Mount hosts(List<String> podIps) throws IOException {
        var file = tools.paths().pod(PodFacts.uid(pod)).resolve("etc-hosts");
        var ofNode = PodFacts.isHostNetwork(pod) ? Files.readString(Path.of(HOSTS)) : "";
        Files.createDirectories(file.getParent());
        Files.writeString(
                file, PodNames.hostsFile(pod, podIps, tools.settings().clusterDomain(), ofNode));
        Files.setAttribute(file, "unix:mode", 0644);
        return Mount.newBuilder().setHostPath(file.toString()).setContainerPath(HOSTS).build();
    }

    private Mount terminationLog(Container container) throws IOException {
        var directory =
                tools.paths()
                        .pod(PodFacts.uid(pod))
                        .resolve("containers")
                        .resolve(container.getName());
        Files.createDirectories(directory);
        // a file of its own for each run, so that an old message is never taken for a new one
        var name = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        var file = Files.createFile(directory.resolve(name));
        Files.setAttribute(file, "unix:mode", 0666); // the container's user writes it
        var path = container.getTerminationMessagePath();
        return Mount.newBuilder()
                .setHostPath(file.toString())
                .setContainerPath(path == null ? TERMINATION_LOG : path)
                .build();
    }

    private static String absolute(String path) {
        return path.startsWith("/") ? path : "/" + path;
    }
}
