package io.j8s.nodeagent.core;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Why each container of one pod could not be started the last time: what its waiting state says.
/// Written by the pod's worker, read by it and by the status.
public final class StartFailures {

    /// @param reason for instance `CrashLoopBackOff` or `ErrImagePull`
    public record Failure(String reason, String message) {}

    private final Map<String, Failure> byContainer = new ConcurrentHashMap<>();

    public void put(String container, Failure failure) {
        byContainer.put(container, failure);
    }

    public void clear(String container) {
        byContainer.remove(container);
    }

    public Optional<Failure> of(String container) {
        return Optional.ofNullable(byContainer.get(container));
    }
}
