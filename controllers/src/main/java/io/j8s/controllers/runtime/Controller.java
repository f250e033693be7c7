package io.j8s.controllers.runtime;

import java.util.List;

/// A controller as its process runs it: its loops, started when the informers it asked for have
/// synced.
public interface Controller {

    List<ControllerLoop<?>> loops();

    /// Called once before the loops start, when the informers have synced: for what works by timer.
    default void started() {}
}
