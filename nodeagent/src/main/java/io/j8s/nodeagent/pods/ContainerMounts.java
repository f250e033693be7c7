package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.j8s.cri.v1.ImageSpec;
import io.j8s.cri.v1.Mount;
import io.j8s.cri.v1.MountPropagation;
import io.j8s.nodeagent.core.ConfigException;
import io.j8s.nodeagent.core.Expansion;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodNames;
import io.j8s.nodeagent.volumes.SubPaths;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;

/// What is mounted into a container: its volumes, the hosts file, the file for its last words.
final class ContainerMounts {

    private static final Logger log = LoggerFactory.getLogger(ContainerMounts.class);
    static final String TERMINATION_LOG = "/dev/termination-log";
    private static final String HOSTS = "/etc/hosts";

    private final PodTools tools;
    private final Pod pod;
    private final Map<String, Path> volumes;
    private final Map<String, ImageSpec> images;

    /// @param images of the volumes that are images, which the runtime mounts
    ContainerMounts(
            PodTools tools, Pod pod, Map<String, Path> volumes, Map<String, ImageSpec> images) {
        this.images = images;
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
        if ("Enabled".equals(mount.getRecursiveReadOnly())) {
            throw ConfigException.ofContainer(
                    "failed to resolve recursive read-only mode: volume \"%s\" requested recursive"
                                    .formatted(mount.getName())
                            + " read-only mode, but it is not supported by the runtime");
        }
        var subPath = subPath(mount, variables);
        var made =
                Mount.newBuilder()
                        .setContainerPath(absolute(mount.getMountPath()))
                        .setReadonly(
                                Boolean.TRUE.equals(mount.getReadOnly())
                                        || PodFacts.isReadOnly(pod, mount.getName()))
                        .setPropagation(propagation(container, mount));
        var image = images.get(mount.getName());
        if (image != null) {
            return made.setImage(image).setImageSubPath(subPath).build();
        }
        var path = volumes.get(mount.getName());
        if (path == null) {
            throw ConfigException.ofContainer(
                    "cannot find volume \"%s\" to mount into container \"%s\""
                            .formatted(mount.getName(), container.getName()));
        }
        var bound = subPath.isEmpty() ? path : bound(container, mount, path, subPath, index);
        return made.setHostPath(bound.toString()).build();
    }

    private static String subPath(VolumeMount mount, Map<String, String> variables)
            throws ConfigException {
        var subPath = mount.getSubPath() == null ? "" : mount.getSubPath();
        var expression = mount.getSubPathExpr();
        if (expression != null && !expression.isEmpty()) {
            var missing = new TreeSet<String>();
            subPath =
                    Expansion.expand(
                            expression,
                            name -> {
                                var value = variables.getOrDefault(name, "");
                                if (value.isEmpty()) {
                                    missing.add(name);
                                }
                                return value;
                            });
            if (!missing.isEmpty()) {
                throw ConfigException.ofContainer(
                        "missing value for " + String.join(", ", missing));
            }
        }
        if (subPath.startsWith("/")) {
            throw ConfigException.ofContainer(
                    "error SubPath `%s` must not be an absolute path".formatted(subPath));
        }
        if (List.of(subPath.split("/", -1)).contains("..")) {
            throw ConfigException.ofContainer(
                    "unable to provision SubPath `%s`: must not contain '..'".formatted(subPath));
        }
        return subPath;
    }

    private Path bound(
            Container container, VolumeMount mount, Path volume, String subPath, int index)
            throws ConfigException {
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
            // upstream: what the host's files look like is not for users to know
            log.atInfo().addKeyValue("cause", e.getMessage()).log("subPath can't be prepared");
            throw ConfigException.ofContainer(
                    "failed to prepare subPath for volumeMount \"%s\" of container \"%s\""
                            .formatted(mount.getName(), container.getName()));
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
