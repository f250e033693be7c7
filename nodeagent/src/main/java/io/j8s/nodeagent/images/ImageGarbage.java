package io.j8s.nodeagent.images;

import io.j8s.cri.v1.ContainerFilter;
import io.j8s.cri.v1.Image;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.cri.ContainerRuntime;
import io.j8s.nodeagent.cri.CriException;
import io.j8s.nodeagent.runtime.PauseImage;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Deletes images that no container uses, the longest unused first, when the disk is fuller than 85
/// %, until it is at 80 %. upstream: imageGCManager. One thread calls it.
public final class ImageGarbage {

    private static final Logger log = LoggerFactory.getLogger(ImageGarbage.class);
    private static final double HIGH = 0.85; // upstream: imageGCHighThresholdPercent
    private static final double LOW = 0.80; // upstream: imageGCLowThresholdPercent
    private static final Duration AGE_MIN = Duration.ofMinutes(2); // upstream: imageMinimumGCAge

    record Seen(Instant first, Instant lastUsed) {}

    private final ContainerRuntime runtime;
    private final Timers timers;
    private final Runnable onGone;
    private final Map<String, Seen> seen = new HashMap<>(); // by image id

    /// @param onGone called when images are gone that were there before
    public ImageGarbage(ContainerRuntime runtime, Timers timers, Runnable onGone) {
        this.onGone = onGone;
        this.runtime = runtime;
        this.timers = timers;
    }

    /// @param used share of the disk
    /// @param diskBytes its size
    public void collect(double used, long diskBytes) {
        try {
            var images = runtime.listImages();
            var inUse = inUse();
            note(images, inUse);
            if (used < HIGH) {
                return;
            }
            long excess = (long) ((used - LOW) * diskBytes);
            for (var image : order(images, inUse, seen, timers.now())) {
                if (excess <= 0) {
                    return;
                }
                log.atInfo().addKeyValue("image", image.getId()).log("deleting an unused image");
                runtime.removeImage(image.getId());
                excess -= image.getSize();
            }
        } catch (CriException e) {
            log.atInfo().addKeyValue("cause", e.getMessage()).log("images were not collected");
        }
    }

    private Set<String> inUse() throws CriException {
        var used = new HashSet<String>();
        for (var container : runtime.listContainers(ContainerFilter.getDefaultInstance())) {
            used.add(container.getImageRef());
            used.add(container.getImage().getImage());
            used.add(container.getImageId());
        }
        return used;
    }

    private void note(List<Image> images, Set<String> inUse) {
        var now = timers.now();
        var present = new HashSet<String>();
        for (var image : images) {
            present.add(image.getId());
            var before = seen.getOrDefault(image.getId(), new Seen(now, now));
            seen.put(
                    image.getId(),
                    new Seen(before.first(), isUsed(image, inUse) ? now : before.lastUsed()));
        }
        if (!present.containsAll(seen.keySet())) {
            seen.keySet().retainAll(present);
            onGone.run();
        }
    }

    /// Pure: what may go, in the order to go.
    static List<Image> order(
            List<Image> images, Set<String> inUse, Map<String, Seen> seen, Instant now) {
        return images.stream()
                .filter(image -> !image.getPinned() && !isUsed(image, inUse))
                .filter(image -> !image.getRepoTagsList().contains(PauseImage.NAME))
                .filter(image -> {
                    var known = seen.get(image.getId());
                    return known != null
                            && Duration.between(known.first(), now).compareTo(AGE_MIN) >= 0;
                })
                .sorted(
                        Comparator.comparing((Image image) ->
                                seen.getOrDefault(image.getId(), new Seen(now, now)).lastUsed()))
                .toList();
    }

    private static boolean isUsed(Image image, Set<String> inUse) {
        return inUse.contains(image.getId())
                || image.getRepoTagsList().stream().anyMatch(inUse::contains)
                || image.getRepoDigestsList().stream().anyMatch(inUse::contains);
    }
}
