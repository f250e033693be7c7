package io.j8s.scheduler.core;

/// A scheduling plugin; it implements those of the extension points below that it has. Plugins are
/// made once and used by one scheduling cycle at a time; what belongs to one pod's cycle lives in
/// the objects that [PreFilterPlugin] and [PreScorePlugin] return, with types of their own.
public interface Plugin {

    /// Upstream's name, as a profile's configuration spells it.
    String name();

    /// Which changes of the cluster may make a pod schedulable that this plugin turned away, so
    /// that the queue tries it again (upstream: `EventsToRegister` with queueing hints).
    default java.util.List<WakeUp> wakeUps() {
        return java.util.List.of(WakeUp.onAnyNodeChange(), WakeUp.onPodDeletion());
    }
}
