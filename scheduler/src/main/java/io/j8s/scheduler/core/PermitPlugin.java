package io.j8s.scheduler.core;

import java.time.Duration;

/// May hold the binding of a reserved pod back, for others that must come with it.
public interface PermitPlugin extends Plugin {

    Decision permit(PodInfo pod, String node);

    /// The answer.
    sealed interface Decision {

        record Go() implements Decision {}

        record Refuse(String reason) implements Decision {}

        /// Wait until someone allows it, at most so long.
        record Wait(Duration atMost) implements Decision {}
    }
}
