package io.j8s.nodeagent.images;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Pod;
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
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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
    private final PullRecords records;
    private final Map<String, String> lastFailures = new ConcurrentHashMap<>(); // by backoff key

    public ImagePuller(
            ContainerRuntime runtime,
            ClusterApi api,
            EventRecorder events,
            PullRecords records,
            Timers timers) {
        this.records = records;
        this.runtime = runtime;
        this.api = api;
        this.events = events;
        this.timers = timers;
    }

    /// @throws ConfigException with the reason that the container's waiting state shows
    public Image ensure(
            Pod pod, Container container, PodSandboxConfig sandbox, PresentImages present)
            throws ConfigException, InterruptedException {
        return ensure(
                pod,
                PodFacts.containerReference(pod, container.getName()),
                container.getImage() == null ? "" : container.getImage(),
                container.getImagePullPolicy() == null ? "" : container.getImagePullPolicy(),
                sandbox,
                present);
    }

    /// @param about what the events are about: a container, or the pod for its image volumes
    public Image ensure(
            Pod pod,
            ObjectReference about,
            String name,
            String policy,
            PodSandboxConfig sandbox,
            PresentImages known)
            throws ConfigException, InterruptedException {
        var problem = ImageNames.problem(name);
        if (problem.isPresent()) {
            var message =
                    "Failed to apply default image tag \"%s\": couldn't parse image name \"%s\": %s"
                            .formatted(name, name, problem.get());
            events.warning(about, "InspectFailed", message);
            throw new ConfigException("InvalidImageName", message);
        }
        var image = ImageNames.withDefaultTag(name);
        if (!policy.equals("Always")) {
            var present = present(about, image, known);
            if (present.isPresent()
                    && records.isAccessible(
                            image,
                            present.get().getId(),
                            () -> PullCredentials.of(api, pod, image))) {
                events.normal(
                        about,
                        "Pulled",
                        "Container image \"%s\" already present on machine and can be accessed by the pod"
                                .formatted(name));
                return present.get();
            }
        }
        if (policy.equals("Never")) {
            var message =
                    "Container image \"%s\" is not present with pull policy of Never"
                            .formatted(name);
            events.warning(about, "ErrImageNeverPull", message);
            throw new ConfigException("ErrImageNeverPull", message);
        }
        return pull(pod, about, name, image, sandbox);
    }

    private Optional<Image> present(ObjectReference about, String image, PresentImages known)
            throws ConfigException, InterruptedException {
        try {
            return known.of(image);
        } catch (CriException e) {
            // upstream names the reference that it did not get
            var message = "Failed to inspect image \"\": " + e.getMessage();
            events.warning(about, "InspectFailed", message);
            throw new ConfigException("ImageInspectError", message);
        }
    }

    private Image pull(
            Pod pod, ObjectReference about, String name, String image, PodSandboxConfig sandbox)
            throws ConfigException, InterruptedException {
        var key = PodFacts.uid(pod) + "_" + name;
        if (backoff.isWaiting(key, timers.now())) {
            var message = "Back-off pulling image \"%s\"".formatted(name);
            events.normal(about, "BackOff", message);
            var last = lastFailures.get(key);
            throw new ConfigException(
                    "ImagePullBackOff", last == null ? message : message + ": " + last);
        }
        lastFailures.remove(key);
        events.normal(about, "Pulling", "Pulling image \"%s\"".formatted(name));
        long asked = timers.nanoTime();
        pulls.acquire();
        long begun = timers.nanoTime();
        try {
            var used = tryPull(pod, image, sandbox);
            var pulled =
                    runtime.imageStatus(image)
                            .orElseThrow(() ->
                                    new CriException(
                                            CriException.Kind.NOT_FOUND,
                                            "NotFound",
                                            "image \"" + image + "\": not found"));
            records.pulled(image, pulled.getId(), used.orElse(null));
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
            tellMissingSecrets(pod);
            var failure = failure(name, e);
            lastFailures.put(key, failure.reason() + ": " + failure.getMessage());
            throw failure;
        } finally {
            pulls.release();
        }
    }

    /// upstream: evalCRIPullErr
    private static ConfigException failure(String name, CriException e) {
        var text = e.getMessage() == null ? "" : e.getMessage();
        for (var known :
                Map.of(
                                "RegistryUnavailable", "the registry is unavailable",
                                "SignatureValidationFailed", "the signature validation failed")
                        .entrySet()) {
            if (text.startsWith(known.getKey())) {
                return new ConfigException(
                        known.getKey(),
                        "image pull failed for %s because %s%s"
                                .formatted(
                                        name,
                                        known.getValue(),
                                        text.substring(known.getKey().length())));
            }
        }
        return new ConfigException("ErrImagePull", text);
    }

    private void tellMissingSecrets(Pod pod) {
        var missing = PullCredentials.missing(api, pod);
        if (!missing.isEmpty()) {
            events.warning(
                    PodFacts.reference(pod, ""),
                    "FailedToRetrieveImagePullSecret",
                    "Unable to retrieve some image pull secrets (%s); attempting to pull the image may not succeed."
                            .formatted(String.join(", ", missing)));
        }
    }

    /// With each of the pod's credentials that fit, or without any.
    ///
    /// @return the one that opened the door
    private Optional<PullCredentials.Credential> tryPull(
            Pod pod, String image, PodSandboxConfig sandbox) throws CriException {
        var spec = ImageSpec.newBuilder().setImage(image).setUserSpecifiedImage(image).build();
        var credentials = PullCredentials.of(api, pod, image);
        if (credentials.isEmpty()) {
            runtime.pullImage(spec, null, sandbox);
            return Optional.empty();
        }
        @Nullable CriException last = null;
        for (var credential : credentials) {
            try {
                runtime.pullImage(spec, credential.auth(), sandbox);
                return Optional.of(credential);
            } catch (CriException e) {
                last = e;
            }
        }
        throw Objects.requireNonNull(last);
    }

    /// When to try again; the worker wakes then.
    public Duration delay(Pod pod, Container container) {
        return backoff.delay(PodFacts.uid(pod) + "_" + container.getImage());
    }

    /// Images have gone from this node.
    public void forgetGone() {
        records.keepOnly(image -> {
            try {
                return runtime.imageStatus(image).isPresent();
            } catch (CriException e) {
                return true; // nobody knows
            }
        });
    }

    public void forget(String podUid) {
        backoff.forget(podUid + "_");
        lastFailures.keySet().removeIf(key -> key.startsWith(podUid + "_"));
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
