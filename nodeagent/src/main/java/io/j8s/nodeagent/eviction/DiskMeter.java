package io.j8s.nodeagent.eviction;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.pods.PodTools;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Measures what pods keep on the node's disk: volumes, logs, writable layers.
final class DiskMeter {

    private final PodTools tools;

    DiskMeter(PodTools tools) {
        this.tools = tools;
    }

    /// Bytes of each container's writable layer, by pod and container.
    Map<String, Map<String, Long>> layers() throws CriException {
        var layers = new HashMap<String, Map<String, Long>>();
        for (var stats : tools.runtime().listContainerStats()) {
            var labels = stats.getAttributes().getLabelsMap();
            layers.computeIfAbsent(
                            labels.getOrDefault(RuntimePod.LABEL_UID, ""), _ -> new HashMap<>())
                    .put(
                            labels.getOrDefault(RuntimePod.LABEL_CONTAINER, ""),
                            stats.getWritableLayer().getUsedBytes().getValue());
        }
        return layers;
    }

    /// @param layers of this pod's containers
    PodDisk of(Pod pod, Map<String, Long> layers) {
        long total = 0;
        var emptyDirs = new HashMap<String, Long>();
        for (var volume : pod.getSpec().getVolumes()) {
            if (volume.getEmptyDir() != null) {
                long bytes =
                        size(
                                tools.paths()
                                        .pod(PodFacts.uid(pod))
                                        .resolve("volumes/kubernetes.io~empty-dir")
                                        .resolve(volume.getName()));
                emptyDirs.put(volume.getName(), bytes);
                total += "Memory".equals(volume.getEmptyDir().getMedium()) ? 0 : bytes;
            }
        }
        var meta = pod.getMetadata();
        var logs =
                tools.paths()
                        .podLogs()
                        .resolve(meta.getNamespace() + "_" + meta.getName() + "_" + meta.getUid());
        var containers = new HashMap<String, Long>();
        for (var container : PodFacts.allContainers(pod)) {
            var name = container.getName();
            long bytes = layers.getOrDefault(name, 0L) + size(logs.resolve(name));
            containers.put(name, bytes);
            total += bytes;
        }
        return new PodDisk(emptyDirs, containers, total);
    }

    /// Files come and go while they are counted.
    private static long size(Path directory) {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (var files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }
}
