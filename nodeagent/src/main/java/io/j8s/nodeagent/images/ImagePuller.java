package io.j8s.nodeagent.images;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.AuthConfig;
import io.j8s.cri.v1.Image;
import io.j8s.cri.v1.ImageSpec;
import io.j8s.cri.v1.PodSandboxConfig;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.api.ClusterApi;
import io.j8s.nodeagent.api.EventRecorder;
import io.j8s.nodeagent.core.Backoff;
import io.j8s.nodeagent.core.ConfigException;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.cri.ContainerRuntime;
import io.j8s.nodeagent.cri.CriException;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/// Makes a container's image present, by its pull policy. Safe for use by all workers; only so many
/// images are pulled at once.
public final class ImagePuller {

    private static final Duration BACKOFF_FIRST = Duration.ofSeconds(10);
    private static final Duration BACKOFF_LONGEST = Duration.ofMinutes(5);
    private static final int PULLS_MAX = 5;

    private final ContainerRuntime runtime;
    private final ClusterApi api;
    private final EventRecorder events;
    private final Timers timers;
    private final Backoff backoff = new Backoff(BACKOFF_FIRST, BACKOFF_LONGEST);
    private final Semaphore pulls = new Semaphore(PULLS_MAX);

    public ImagePuller(
            ContainerRuntime runtime, ClusterApi api, EventRecorder events, Timers timers) {
        this.runtime = runtime;
        this.api = api;
        this.events = events;
        this.timers = timers;
    }

    /// @throws ConfigException with the reason that the container's waiting state shows
    public Image ensure(Pod pod, Container container, PodSandboxConfig sandbox)
            throws ConfigException, InterruptedException {
        var about = PodFacts.containerReference(pod, container.getName());
        var name = container.getImage() == null ? "" : container.getImage();
        if (!ImageNames.isValid(name)) {
            var message =
                    "Failed to apply default image tag \"%s\": couldn't parse image name \"%s\":"
                                    .formatted(name, name)
                            + " invalid reference format";
            events.warning(about, "InspectFailed", message);
            throw new ConfigException("InvalidImageName", message);
        }
        var image = ImageNames.withDefaultTag(name);
        var policy = container.getImagePullPolicy() == null ? "" : container.getImagePullPolicy();
        Optional<Image> present;
        try {
            present = runtime.imageStatus(image);
        } catch (CriException e) {
            var message = "Failed to inspect image \"%s\": %s".formatted(name, e.getMessage());
            events.warning(about, "InspectFailed", message);
            throw new ConfigException("ImageInspectError", message);
        }
        if (present.isPresent() && !policy.equals("Always")) {
            events.normal(
                    about,
                    "Pulled",
                    "Container image \"%s\" already present on machine and can be accessed by the pod"
                            .formatted(name));
            return present.get();
        }
        if (policy.equals("Never")) {
            var message =
                    "Container image \"%s\" is not present with pull policy of Never"
                            .formatted(name);
            events.warning(about, "ErrImageNeverPull", message);
            throw new ConfigException("ErrImageNeverPull", message);
        }
        return pull(pod, container, image, sandbox);
    }

    private Image pull(Pod pod, Container container, String image, PodSandboxConfig sandbox)
            throws ConfigException, InterruptedException {
        var about = PodFacts.containerReference(pod, container.getName());
        var name = container.getImage();
        var key = PodFacts.uid(pod) + "_" + name;
        if (backoff.isWaiting(key, timers.now())) {
            var message = "Back-off pulling image \"%s\"".formatted(name);
            events.normal(about, "BackOff", message);
            throw new ConfigException("ImagePullBackOff", message);
        }
        events.normal(about, "Pulling", "Pulling image \"%s\"".formatted(name));
        long asked = timers.nanoTime();
        pulls.acquire();
        long begun = timers.nanoTime();
        try {
            tryPull(pod, image, sandbox);
            var pulled =
                    runtime.imageStatus(image)
                            .orElseThrow(() ->
                                    new CriException(
                                            CriException.Kind.NOT_FOUND,
                                            "NotFound",
                                            "image \"" + image + "\": not found"));
            long ended = timers.nanoTime();
            events.normal(
                    about,
                    "Pulled",
                    "Successfully pulled image \"%s\" in %s (%s including waiting). Image size: %d bytes."
                            .formatted(
                                    name,
                                    inMessages(ended - begun),
                                    inMessages(ended - asked),
                                    pulled.getSize()));
            return pulled;
        } catch (CriException e) {
            events.warning(
                    about,
                    "Failed",
                    "Failed to pull image \"%s\": %s".formatted(name, e.getMessage()));
            backoff.next(key, timers.now(), timers.now());
            var reason = e.getMessage() == null ? "" : e.getMessage();
            if (reason.contains("RegistryUnavailable")) {
                throw new ConfigException(
                        "RegistryUnavailable",
                        "image pull failed for %s because the registry is unavailable"
                                .formatted(name));
            }
            throw new ConfigException("ErrImagePull", reason);
        } finally {
            pulls.release();
        }
    }

    /// With each of the pod's credentials that fit, or without any.
    private void tryPull(Pod pod, String image, PodSandboxConfig sandbox) throws CriException {
        var spec = ImageSpec.newBuilder().setImage(image).setUserSpecifiedImage(image).build();
        List<AuthConfig> credentials = PullCredentials.of(api, pod, image);
        if (credentials.isEmpty()) {
            runtime.pullImage(spec, null, sandbox);
            return;
        }
        @Nullable CriException last = null;
        for (var auth : credentials) {
            try {
                runtime.pullImage(spec, auth, sandbox);
                return;
            } catch (CriException e) {
                last = e;
            }
        }
        if (last != null) {
            throw last;
        }
    }

    /// When to try again; the worker wakes then.
    public Duration delay(Pod pod, Container container) {
        return backoff.delay(PodFacts.uid(pod) + "_" + container.getImage());
    }

    public void forget(String podUid) {
        backoff.forget(podUid + "_");
    }

    /// As Go prints durations of this size: `812ms` or `1.234s`.
    private static String inMessages(long nanos) {
        long millis = nanos / 1_000_000;
        if (millis < 1000) {
            return millis + "ms";
        }
        var seconds = java.math.BigDecimal.valueOf(millis, 3).stripTrailingZeros();
        return seconds.toPlainString() + "s";
    }
}
