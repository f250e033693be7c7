package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.ContainerStatus;
import io.j8s.nodeagent.core.ConfigException;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.PodSync;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.images.PresentImages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Gives one pod the sandbox that its containers are started in, with its volumes mounted: the one
/// that is there or a new one, with all that has to be there before it. Used by the pod's worker
/// for one run.
final class PodSandboxes {

    private final PodTools tools;
    private final PodMounts mounts;
    private final PodResizer resizer;
    private final RuntimePods.Made made;

    /// @param made takes a sandbox that came up
    PodSandboxes(PodTools tools, PodMounts mounts, PodResizer resizer, RuntimePods.Made made) {
        this.tools = tools;
        this.mounts = mounts;
        this.resizer = resizer;
        this.made = made;
    }

    /// What this node or its runtime can't do is refused by event, never ignored.
    void refuseWhatIsImpossible(Pod pod) throws ConfigException {
        if (Boolean.FALSE.equals(pod.getSpec().getHostUsers())
                && !tools.settings().hasUserNamespaces()) {
            throw refused(
                    pod,
                    "can't set hostUsers to false: the runtime does not support user namespaces");
        }
    }

    ContainerStarter.Sandbox present(Pod pod, RuntimePod actual)
            throws ConfigException, IOException {
        var downward = mounts.downward(pod, actual);
        var volumes = mounts.mount(downward);
        var newest = actual.sandbox().orElseThrow();
        return new ContainerStarter.Sandbox(
                newest.getId(),
                SandboxStarter.config(tools, pod, newest.getMetadata().getAttempt()),
                downward,
                volumes);
    }

    /// Upstream mounts the volumes first; where nothing should keep them from being mounted, that
    /// goes on while the runtime makes the sandbox.
    ///
    /// @param images takes the question for every image that is needed next
    /// @param begun called when the runtime makes the sandbox
    ContainerStarter.Sandbox create(
            Pod pod, RuntimePod actual, PodSync.Plan plan, PresentImages images, Runnable begun)
            throws CriException, ConfigException, IOException, InterruptedException {
        var before = mounts.downward(pod, actual);
        boolean isMountedMeanwhile = mounts.isMountedMeanwhile(pod);
        var volumes = isMountedMeanwhile ? Map.<String, Path>of() : mounts.mount(before);
        prepareResources(pod);
        purgeInit(pod, actual);
        resizer.createGroup(pod);
        var config = SandboxStarter.config(tools, pod, plan.attempt());
        Files.createDirectories(SandboxStarter.logDirectory(tools, pod));
        var making = SandboxMaking.begin(tools.runtime(), tools.threads(), config, handler(pod));
        plan.init().forEach(container -> ask(images, container));
        plan.start().forEach(container -> ask(images, container));
        begun.run();
        if (isMountedMeanwhile) {
            volumes = mounts.mountMeanwhile(before, making);
        }
        String id;
        try {
            id = making.await();
        } catch (CriException e) {
            tools.events()
                    .warning(
                            PodFacts.reference(pod, ""),
                            "FailedCreatePodSandBox",
                            "Failed to create pod sandbox: " + e.getMessage());
            throw e;
        }
        var status = tools.runtime().podSandboxStatus(id);
        made.sandboxes().add(status);
        var fresh = new RuntimePod(actual.uid(), List.of(status), List.of());
        return new ContainerStarter.Sandbox(id, config, mounts.downward(pod, fresh), volumes);
    }

    private static void ask(PresentImages images, Container container) {
        images.ask(
                container.getImage() == null ? "" : container.getImage(),
                container.getImagePullPolicy() == null ? "" : container.getImagePullPolicy());
    }

    private void prepareResources(Pod pod) throws ConfigException {
        try {
            new DynamicResources(tools.api()::resourceClaim).prepare(pod);
        } catch (ConfigException e) {
            tools.events()
                    .warning(
                            PodFacts.reference(pod, ""),
                            DynamicResources.FAILED,
                            "Failed to prepare dynamic resources: " + e.getMessage());
            throw e;
        }
    }

    private String handler(Pod pod) throws ConfigException {
        var name = pod.getSpec().getRuntimeClassName();
        if (name == null || name.isEmpty()) {
            return "";
        }
        return tools.api()
                .runtimeHandler(name)
                .orElseThrow(() ->
                        refused(
                                pod,
                                "failed to get sandbox runtime: RuntimeClass \"%s\" not found"
                                        .formatted(name)));
    }

    private ConfigException refused(Pod pod, String why) {
        tools.events()
                .warning(
                        PodFacts.reference(pod, ""),
                        "FailedCreatePodSandBox",
                        "Failed to create pod sandbox: " + why);
        return new ConfigException("CreatePodSandboxError", why);
    }

    /// With a new sandbox the init containers run again, so what is left of them must not be taken
    /// for their having run.
    private void purgeInit(Pod pod, RuntimePod actual) throws CriException {
        for (var status : actual.containers()) {
            if (isInit(pod, status)) {
                tools.runtime().removeContainer(status.getId());
            }
        }
    }

    /// What counts once the pod has a new sandbox.
    static RuntimePod withoutInit(Pod pod, RuntimePod actual) {
        return new RuntimePod(
                actual.uid(),
                actual.sandboxes(),
                actual.containers().stream().filter(status -> !isInit(pod, status)).toList());
    }

    private static boolean isInit(Pod pod, ContainerStatus status) {
        return pod.getSpec().getInitContainers().stream()
                .anyMatch(init -> init.getName().equals(RuntimePod.nameOf(status)));
    }
}
