package io.j8s.nodeagent.probes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.cri.ContainerRuntime;
import io.j8s.nodeagent.cri.CriException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// `postStart` and `preStop`: a command, a request or a pause.
public final class LifecycleHooks {

    private LifecycleHooks() {}

    /// Blocks until the hook is done.
    ///
    /// @param limit how long it may take
    /// @throws IOException with the message for the event
    public static void run(
            ContainerRuntime runtime,
            Timers timers,
            Container container,
            LifecycleHandler hook,
            String containerId,
            String podIp,
            Duration limit)
            throws IOException, InterruptedException {
        if (hook.getExec() != null) {
            exec(runtime, container, hook, containerId, limit);
        } else if (hook.getHttpGet() != null) {
            var get = hook.getHttpGet();
            var answer =
                    ProbeHandlers.http(
                                    container,
                                    get.getScheme(),
                                    get.getHost(),
                                    get.getPort(),
                                    get.getPath(),
                                    get.getHttpHeaders(),
                                    podIp)
                            .ask(timers.deadline(limit));
            if (!answer.isSuccess()) {
                throw new IOException(answer.output());
            }
        } else if (hook.getSleep() != null) {
            var wanted = Duration.ofSeconds(hook.getSleep().getSeconds());
            timers.sleep(wanted.compareTo(limit) < 0 ? wanted : limit);
        }
    }

    private static void exec(
            ContainerRuntime runtime,
            Container container,
            LifecycleHandler hook,
            String containerId,
            Duration limit)
            throws IOException {
        var command = hook.getExec().getCommand();
        try {
            var result = runtime.execSync(containerId, command, limit);
            if (result.getExitCode() != 0) {
                throw new IOException(
                        "Exec lifecycle hook (%s) for Container \"%s\" failed - error: command '%s' exited with %d: %s"
                                .formatted(
                                        command,
                                        container.getName(),
                                        String.join(" ", command),
                                        result.getExitCode(),
                                        result.getStderr().toString(StandardCharsets.UTF_8)));
            }
        } catch (CriException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
