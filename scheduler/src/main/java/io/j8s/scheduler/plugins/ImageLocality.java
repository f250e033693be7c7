package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Container;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Prefers nodes that have the pod's images already. An image that few nodes have counts less, so
/// that not everything runs on one node.
public final class ImageLocality implements ScorePlugin {

    private static final long MIB = 1024 * 1024;
    private static final long THRESHOLD_MIN = 23 * MIB; // upstream: minThreshold
    private static final long THRESHOLD_MAX_PER_CONTAINER = 1000 * MIB; // maxContainerThreshold

    @Override
    public String name() {
        return "ImageLocality";
    }

    @Override
    public Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot) {
        var images =
                Stream.concat(
                                pod.spec().getInitContainers().stream(),
                                pod.spec().getContainers().stream())
                        .map(Container::getImage)
                        .filter(image -> image != null && !image.isEmpty())
                        .map(ImageLocality::normalized)
                        .toList();
        if (images.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Double> spread = new HashMap<>();
        for (String image : images) {
            long having =
                    snapshot.nodes().values().stream()
                            .filter(node -> node.imageBytes(image).isPresent())
                            .count();
            spread.put(image, (double) having / snapshot.nodes().size());
        }
        long max = THRESHOLD_MAX_PER_CONTAINER * images.size();
        return Optional.of(node -> score(node, images, spread, max));
    }

    private static long score(
            NodeInfo node, List<String> images, Map<String, Double> spread, long max) {
        long sum = 0;
        for (String image : images) {
            long bytes = node.imageBytes(image).orElse(0L);
            sum += (long) (bytes * spread.getOrDefault(image, 0.0));
        }
        long within = Math.clamp(sum, THRESHOLD_MIN, max);
        return SCORE_MAX * (within - THRESHOLD_MIN) / (max - THRESHOLD_MIN);
    }

    /// Nodes list images with their tag; a name without one means `latest`.
    private static String normalized(String image) {
        return image.lastIndexOf(':') <= image.lastIndexOf('/') ? image + ":latest" : image;
    }
}
