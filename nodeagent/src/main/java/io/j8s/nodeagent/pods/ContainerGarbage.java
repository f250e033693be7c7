package io.j8s.nodeagent.pods;

import io.j8s.cri.v1.ContainerFilter;
import io.j8s.cri.v1.ContainerState;
import io.j8s.cri.v1.PodSandboxFilter;
import io.j8s.cri.v1.PodSandboxState;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.linux.FileTrees;
import io.j8s.nodeagent.linux.Mounts;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Removes what ended pods and containers leave: containers beyond the newest ended one of each
/// name, sandboxes that were replaced, directories and logs of pods that are no more. upstream runs
/// it each minute. One thread calls it.
final class ContainerGarbage {

    private static final Logger log = LoggerFactory.getLogger(ContainerGarbage.class);

    private final PodTools tools;
    private final Predicate<String> isKnownPod;

    /// @param isKnownPod whether a uid belongs to a pod that has a worker
    ContainerGarbage(PodTools tools, Predicate<String> isKnownPod) {
        this.tools = tools;
        this.isKnownPod = isKnownPod;
    }

    void collect() throws CriException, IOException {
        removeContainers();
        var sandboxPods = removeSandboxes();
        removeDirectories(sandboxPods);
    }

    private void removeContainers() throws CriException {
        var seen = new HashSet<List<String>>();
        var newestFirst =
                tools.runtime().listContainers(ContainerFilter.getDefaultInstance()).stream()
                        .filter(found -> found.getLabelsMap().containsKey(RuntimePod.LABEL_UID))
                        .sorted(
                                java.util.Comparator.comparingLong(
                                                io.j8s.cri.v1.Container::getCreatedAt)
                                        .reversed())
                        .toList();
        for (var container : newestFirst) {
            var key =
                    List.of(
                            container.getLabelsOrDefault(RuntimePod.LABEL_UID, ""),
                            container.getLabelsOrDefault(RuntimePod.LABEL_CONTAINER, ""));
            boolean isRunning = container.getState() == ContainerState.CONTAINER_RUNNING;
            // a container that was just created is about to be started
            boolean isEnded = container.getState() == ContainerState.CONTAINER_EXITED;
            if (isRunning || !isEnded || seen.add(key)) {
                continue;
            }
            log.atDebug().addKeyValue("container", container.getId()).log("removing ended run");
            tools.runtime().removeContainer(container.getId());
        }
    }

    /// @return the uids of the pods that still have a sandbox
    private Set<String> removeSandboxes() throws CriException {
        var newest = new HashMap<String, Long>();
        var sandboxes = tools.runtime().listPodSandboxes(PodSandboxFilter.getDefaultInstance());
        for (var sandbox : sandboxes) {
            newest.merge(
                    sandbox.getLabelsOrDefault(RuntimePod.LABEL_UID, ""),
                    sandbox.getCreatedAt(),
                    Math::max);
        }
        var inUse = new HashSet<String>();
        for (var container : tools.runtime().listContainers(ContainerFilter.getDefaultInstance())) {
            inUse.add(container.getPodSandboxId());
        }
        for (var sandbox : sandboxes) {
            var uid = sandbox.getLabelsOrDefault(RuntimePod.LABEL_UID, "");
            boolean isOld = sandbox.getCreatedAt() < newest.getOrDefault(uid, 0L);
            if (isOld
                    && sandbox.getState() == PodSandboxState.SANDBOX_NOTREADY
                    && !inUse.contains(sandbox.getId())) {
                tools.runtime().removePodSandbox(sandbox.getId());
            }
        }
        return newest.keySet();
    }

    private void removeDirectories(Set<String> sandboxPods) throws IOException {
        for (var directory : children(tools.paths().pods())) {
            var uid = directory.getFileName().toString();
            if (!isKnownPod.test(uid) && !sandboxPods.contains(uid)) {
                Mounts.unmountBelow(directory);
                FileTrees.delete(directory);
            }
        }
        for (var directory : children(tools.paths().podLogs())) {
            var name = directory.getFileName().toString(); // namespace_name_uid
            var uid = name.substring(name.lastIndexOf('_') + 1);
            if (!isKnownPod.test(uid) && !sandboxPods.contains(uid)) {
                FileTrees.delete(directory);
            }
        }
    }

    private static List<Path> children(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }
}
