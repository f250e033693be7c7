package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Container;
import io.j8s.scheduler.core.NodeInfo;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Prefers nodes that have the pod's images already. An image that few nodes have counts less, so
/// that not everything runs on one node.
public final class ImageLocality implements ScorePlugin {

    private static final long MIB = 1024 * 1024;
    private static final long THRESHOLD_MIN = 23 * MIB; // upstream: minThreshold
    private static final long THRESHOLD_MAX_PER_CONTAINER = 1000 * MIB; // maxContainerThreshold

    /// @param spread the share of nodes that have it
    private record Image(String name, double spread) {}

    @Override
    public boolean hasPreScore() {
        return false;
    }

    @Override
    public String name() {
        return "ImageLocality";
    }

    @Override
    public Optional<NodeScore> preScore(PodInfo pod, List<NodeInfo> nodes, Snapshot snapshot) {
        var names = new ArrayList<@Nullable String>();
        pod.spec().getInitContainers().stream().map(Container::getImage).forEach(names::add);
        pod.spec().getContainers().stream().map(Container::getImage).forEach(names::add);
        for (var volume : pod.spec().getVolumes()) {
            if (volume.getImage() != null) {
                names.add(volume.getImage().getReference());
            }
        }
        var images = new ArrayList<Image>();
        for (var name : names) {
            var normal = normalized(name == null ? "" : name);
            int having = snapshot.nodesWithImage(normal);
            if (having > 0) {
                images.add(new Image(normal, (double) having / snapshot.size()));
            }
        }
        if (images.isEmpty()) {
            return Optional.empty(); // every node would get 0
        }
        long max = THRESHOLD_MAX_PER_CONTAINER * names.size();
        return Optional.of(node -> score(node, images, max));
    }

    private static long score(NodeInfo node, List<Image> images, long max) {
        long sum = 0;
        for (int i = 0; i < images.size(); i++) {
            var image = images.get(i);
            sum += (long) (node.imageBytes(image.name()) * image.spread());
        }
        long within = Math.clamp(sum, THRESHOLD_MIN, max);
        return SCORE_MAX * (within - THRESHOLD_MIN) / (max - THRESHOLD_MIN);
    }

    /// Nodes list images with their tag; a name without one means `latest`.
    private static String normalized(String image) {
        return image.lastIndexOf(':') <= image.lastIndexOf('/') ? image + ":latest" : image;
    }
}
