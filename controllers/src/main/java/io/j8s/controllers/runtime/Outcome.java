package io.j8s.controllers.runtime;

import java.time.Duration;

/// What a successful reconcile asks for next. A failure is an exception and is retried with
/// backoff.
public sealed interface Outcome {

    Outcome DONE = new Done();

    record Done() implements Outcome {}

    record Again(Duration after) implements Outcome {}
}
