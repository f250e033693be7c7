package io.j8s.conformance.e2e;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/// Machines that join a cluster at the same time, and leave it so.
final class JoinedNodes implements AutoCloseable {

    private final List<JoinedNode> all;

    private JoinedNodes(List<JoinedNode> all) {
        this.all = all;
    }

    /// @param joinCommand as `j8s token create` shows it
    static JoinedNodes start(Machines machines, String joinCommand) {
        return new JoinedNodes(
                machines.all().stream()
                        .map(machine -> JoinedNode.start(machine, joinCommand))
                        .toList());
    }

    List<JoinedNode> all() {
        return all;
    }

    /// Does the same with all of them at once.
    void each(Consumer<JoinedNode> step) {
        var calls =
                all.stream()
                        .<Callable<Void>>map(node ->
                                () -> {
                                    step.accept(node);
                                    return null;
                                })
                        .toList();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : tasks.invokeAll(calls)) {
                done.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    @Override
    public void close() {
        each(JoinedNode::close);
    }
}
