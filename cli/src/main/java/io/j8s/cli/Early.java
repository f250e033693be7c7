package io.j8s.cli;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// A piece of a start that runs beside the rest, on a thread of its own: what computes would hold
/// one of the few carriers of virtual threads. Failures come out where the result is asked for.
final class Early<T> {

    private final FutureTask<T> task;

    private Early(FutureTask<T> task) {
        this.task = task;
    }

    static <T> Early<T> begin(String name, Callable<T> work) {
        var task = new FutureTask<>(work);
        Thread.ofPlatform().name(name).daemon().start(task);
        return new Early<>(task);
    }

    /// Waits for the result.
    T get() throws CommandException, IOException, InterruptedException, GeneralSecurityException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case CommandException cause -> throw cause;
                case IOException cause -> throw cause;
                case GeneralSecurityException cause -> throw cause;
                case InterruptedException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }
}
