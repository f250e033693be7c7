package io.j8s.cli;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.Deque;

/// Closes what was opened, last first, also when one of them fails to. Several threads may add.
final class CloseStack implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CloseStack.class);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T part) {
        synchronized (open) {
            open.push(part);
        }
        return part;
    }

    @Override
    public void close() {
        for (var part = pop(); part != null; part = pop()) {
            try {
                part.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                log.atError()
                        .addKeyValue("part", part.getClass().getSimpleName())
                        .setCause(e)
                        .log("part did not close cleanly");
            }
        }
    }

    private @Nullable AutoCloseable pop() {
        synchronized (open) {
            return open.poll();
        }
    }
}
