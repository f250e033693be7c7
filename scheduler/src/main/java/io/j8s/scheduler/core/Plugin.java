package io.j8s.scheduler.core;

import java.util.List;

/// A scheduling plugin; it implements those of the extension points below that it has. Plugins are
/// made once for a profile and used by one scheduling cycle at a time; what belongs to one pod's
/// cycle lives in the objects that [FilterPlugin] and [ScorePlugin] return, with types of their
/// own.
public interface Plugin {

    /// Upstream's name, as a profile's configuration spells it.
    String name();

    /// Which changes of the cluster may make a pod schedulable that this plugin turned away, so
    /// that the queue tries it again (upstream: `EventsToRegister` with queueing hints). Called
    /// once.
    default List<WakeUp> wakeUps() {
        return List.of();
    }
}
