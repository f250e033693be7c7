package io.j8s.nodeagent.cri;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/// Waiting for what must not be left alone once it has begun, because something would stay behind
/// that nobody knows.
public final class Uninterrupted {

    private Uninterrupted() {}

    /// Waits to the end, also in a thread that is interrupted before or meanwhile; the interruption
    /// is kept for who comes after.
    public static <T> T await(Future<T> begun) throws ExecutionException {
        boolean isInterrupted = false;
        try {
            while (true) {
                try {
                    return begun.get();
                } catch (InterruptedException _) {
                    isInterrupted = true;
                }
            }
        } finally {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
