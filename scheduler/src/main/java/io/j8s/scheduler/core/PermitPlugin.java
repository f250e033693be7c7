package io.j8s.scheduler.core;

import java.time.Duration;

/// May hold the binding of a reserved pod back, for others that must come with it.
public interface PermitPlugin extends Plugin {

    Decision permit(PodInfo pod, String node);

    /// The answer.
    sealed interface Decision {

        /// Nothing against it.
        enum Go implements Decision {
            GO
        }

        record Refuse(String reason) implements Decision {}

        /// Wait until [WaitingPods#allow], at most so long.
        record Wait(Duration atMost) implements Decision {}
    }
}
