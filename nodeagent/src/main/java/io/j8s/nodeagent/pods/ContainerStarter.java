package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.ContainerConfig;
import io.j8s.cri.v1.ContainerMetadata;
import io.j8s.cri.v1.Image;
import io.j8s.cri.v1.ImageSpec;
import io.j8s.cri.v1.KeyValue;
import io.j8s.cri.v1.LinuxContainerConfig;
import io.j8s.cri.v1.PodSandboxConfig;
import io.j8s.nodeagent.core.ConfigException;
import io.j8s.nodeagent.core.DownwardApi;
import io.j8s.nodeagent.core.Environment;
import io.j8s.nodeagent.core.Expansion;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodResources;
import io.j8s.nodeagent.core.PodSync;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.core.SecurityContexts;
import io.j8s.nodeagent.core.ServiceVariables;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.images.PresentImages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Creates and starts one container: image, configuration, log directory, the call. Used by one
/// pod's worker for one sandbox.
final class ContainerStarter {

    /// @param volumes host path of each mounted volume
    record Sandbox(
            String id,
            PodSandboxConfig config,
            DownwardApi.Context downward,
            Map<String, Path> volumes) {}

    private final Map<String, ImageSpec> imageVolumes = new HashMap<>();
    private final Map<String, ConfigException> missingImages = new HashMap<>();

    private final PodTools tools;
    private final Sandbox sandbox;
    private final PresentImages images;
    private final RuntimePods.Made made;
    private final Pod pod;

    /// @param made takes every container that is made, also those that don't start
    ContainerStarter(PodTools tools, Sandbox sandbox, PresentImages images, RuntimePods.Made made) {
        this.tools = tools;
        this.sandbox = sandbox;
        this.images = images;
        this.made = made;
        this.pod = sandbox.downward().pod();
    }

    /// @return the container's id
    /// @throws ConfigException with reason and message of the waiting state; events are sent
    String start(Container container, RuntimePod actual)
            throws ConfigException, InterruptedException {
        var about = PodFacts.containerReference(pod, container.getName());
        for (var mount : container.getVolumeMounts()) {
            var missing = missingImages.get(mount.getName());
            if (missing != null) {
                tools.events().warning(about, "Failed", "Error: " + missing.reason());
                throw missing;
            }
        }
        var image = ensureImage(container);
        ContainerConfig config;
        try {
            config = config(container, image, actual);
        } catch (ConfigException e) {
            tools.events().warning(about, "Failed", "Error: " + e.getMessage());
            throw e;
        } catch (IOException e) {
            tools.events().warning(about, "Failed", "Error: " + e.getMessage());
            throw ConfigException.ofContainer(e.getMessage());
        }
        String id;
        try {
            id = tools.runtime().createContainer(sandbox.id(), config, sandbox.config());
        } catch (CriException e) {
            tools.events().warning(about, "Failed", "Error: " + e.description());
            throw new ConfigException("CreateContainerError", e.description());
        }
        made.containers().add(id);
        tools.events().normal(about, "Created", "Container created");
        try {
            tools.runtime().startContainer(id);
        } catch (CriException e) {
            tools.events().warning(about, "Failed", "Error: " + e.description());
            throw new ConfigException("RunContainerError", e.description());
        }
        tools.events().normal(about, "Started", "Container started");
        return id;
    }

    /// Before the first container starts: volumes that are images have to be here. A container that
    /// mounts one that can't be had is not started.
    void ensureImageVolumes() throws InterruptedException {
        for (var volume : pod.getSpec().getVolumes()) {
            var source = volume.getImage();
            if (source == null) {
                continue;
            }
            var reference = source.getReference() == null ? "" : source.getReference();
            var policy = source.getPullPolicy() == null ? "" : source.getPullPolicy();
            try {
                var image =
                        tools.images()
                                .ensure(
                                        pod,
                                        PodFacts.reference(pod, ""),
                                        reference,
                                        policy,
                                        sandbox.config(),
                                        images);
                imageVolumes.put(
                        volume.getName(),
                        ImageSpec.newBuilder()
                                .setImage(image.getId())
                                .setUserSpecifiedImage(reference)
                                .build());
            } catch (ConfigException e) {
                missingImages.put(volume.getName(), e);
            }
        }
    }

    private Image ensureImage(Container container) throws ConfigException, InterruptedException {
        try {
            return tools.images().ensure(pod, container, sandbox.config(), images);
        } catch (ConfigException e) {
            // upstream tells every failure to start a second time, by its reason
            tools.events()
                    .warning(
                            PodFacts.containerReference(pod, container.getName()),
                            "Failed",
                            "Error: " + e.reason());
            throw e;
        }
    }

    private ContainerConfig config(Container container, Image image, RuntimePod actual)
            throws ConfigException, IOException {
        var logs = SandboxStarter.logDirectory(tools, pod).resolve(container.getName());
        int attempt =
                actual.container(container.getName())
                        .map(previous -> previous.getMetadata().getAttempt() + 1)
                        .orElseGet(() -> ContainerLogs.nextAttempt(logs));
        var variables = variables(container);
        Files.createDirectories(logs);
        var config =
                ContainerConfig.newBuilder()
                        .setMetadata(
                                ContainerMetadata.newBuilder()
                                        .setName(container.getName())
                                        .setAttempt(attempt))
                        .setImage(
                                ImageSpec.newBuilder()
                                        .setImage(image.getId())
                                        .setUserSpecifiedImage(container.getImage()))
                        .addAllCommand(expanded(container.getCommand(), variables))
                        .addAllArgs(expanded(container.getArgs(), variables))
                        .setWorkingDir(
                                container.getWorkingDir() == null ? "" : container.getWorkingDir())
                        .setLogPath(container.getName() + "/" + attempt + ".log")
                        .setStdin(Boolean.TRUE.equals(container.getStdin()))
                        .setStdinOnce(Boolean.TRUE.equals(container.getStdinOnce()))
                        .setTty(Boolean.TRUE.equals(container.getTty()))
                        .setLinux(linux(container, image, actual));
        variables.forEach(
                (key, value) -> config.addEnvs(KeyValue.newBuilder().setKey(key).setValue(value)));
        config.addAllMounts(
                new ContainerMounts(tools, pod, sandbox.volumes(), imageVolumes)
                        .of(container, variables, sandbox.downward().podIps()));
        config.addAllDevices(ContainerDevices.of(pod, container, sandbox.volumes()));
        addLabels(config, container, attempt);
        return config.build();
    }

    private LinuxContainerConfig linux(Container container, Image image, RuntimePod actual)
            throws ConfigException {
        return LinuxContainerConfig.newBuilder()
                .setResources(
                        PodResources.ofContainer(pod, container, tools.settings().memoryCapacity()))
                .setSecurityContext(
                        SecurityContexts.ofContainer(
                                pod,
                                container,
                                image,
                                targetOf(container, actual),
                                tools.paths().seccompProfiles()))
                .build();
    }

    /// The container that an ephemeral container debugs.
    private String targetOf(Container container, RuntimePod actual) {
        return pod.getSpec().getEphemeralContainers().stream()
                .filter(ephemeral -> ephemeral.getName().equals(container.getName()))
                .map(ephemeral -> ephemeral.getTargetContainerName())
                .filter(name -> name != null && !name.isEmpty())
                .flatMap(name -> actual.container(name).stream())
                .map(found -> found.getId())
                .findFirst()
                .orElse("");
    }

    private Map<String, String> variables(Container container) throws ConfigException {
        var namespace = pod.getMetadata().getNamespace();
        boolean wantsLinks = !Boolean.FALSE.equals(pod.getSpec().getEnableServiceLinks());
        var inDefault = tools.api().services("default");
        var inNamespace =
                !wantsLinks
                        ? List.<io.fabric8.kubernetes.api.model.Service>of()
                        : namespace.equals("default") ? inDefault : tools.api().services(namespace);
        var services = ServiceVariables.of(inNamespace, inDefault, wantsLinks);
        return Environment.of(
                tools.api(),
                sandbox.downward(),
                sandbox.volumes(),
                container,
                new LinkedHashMap<>(services));
    }

    private static List<String> expanded(List<String> words, Map<String, String> variables) {
        return words.stream().map(word -> Expansion.expand(word, variables)).toList();
    }

    private void addLabels(ContainerConfig.Builder config, Container container, int attempt) {
        config.putLabels(RuntimePod.LABEL_NAME, pod.getMetadata().getName());
        config.putLabels(RuntimePod.LABEL_NAMESPACE, pod.getMetadata().getNamespace());
        config.putLabels(RuntimePod.LABEL_UID, pod.getMetadata().getUid());
        config.putLabels(RuntimePod.LABEL_CONTAINER, container.getName());
        config.putAnnotations(PodSync.ANNOTATION_HASH, PodSync.hash(container));
        config.putAnnotations("io.kubernetes.container.restartCount", Integer.toString(attempt));
        var path = container.getTerminationMessagePath();
        var policy = container.getTerminationMessagePolicy();
        config.putAnnotations(
                RuntimePods.TERMINATION_PATH,
                path == null ? ContainerMounts.TERMINATION_LOG : path);
        config.putAnnotations(RuntimePods.TERMINATION_POLICY, policy == null ? "File" : policy);
        var grace = pod.getSpec().getTerminationGracePeriodSeconds();
        if (grace != null) {
            config.putAnnotations("io.kubernetes.pod.terminationGracePeriod", grace.toString());
        }
    }
}
