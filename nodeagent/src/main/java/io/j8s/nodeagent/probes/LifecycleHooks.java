package io.j8s.nodeagent.probes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HTTPHeader;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.machinery.timers.Timers;
import io.j8s.nodeagent.core.PodFacts;
import io.j8s.nodeagent.cri.ContainerRuntime;
import io.j8s.nodeagent.cri.CriException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// `postStart` and `preStop`: a command, a request or a pause.
public final class LifecycleHooks {

    private LifecycleHooks() {}

    /// Blocks until the hook is done.
    ///
    /// @param limit how long it may take
    /// @throws IOException with upstream's message, which a container's waiting state shows
    public static void run(
            ContainerRuntime runtime,
            Timers timers,
            Pod pod,
            Container container,
            LifecycleHandler hook,
            String containerId,
            String podIp,
            Duration limit)
            throws IOException, InterruptedException {
        var where =
                "for Container \"%s\" in Pod \"%s\" failed - error: "
                        .formatted(container.getName(), PodFacts.inMessages(pod));
        if (hook.getExec() != null) {
            exec(runtime, hook, containerId, limit, where);
        } else if (hook.getHttpGet() != null) {
            var get = hook.getHttpGet();
            var path = get.getPath() == null ? "" : get.getPath();
            try {
                ProbeHandlers.http(
                                container,
                                get.getScheme(),
                                get.getHost(),
                                get.getPort(),
                                get.getPath(),
                                withAgent(get.getHttpHeaders()),
                                podIp)
                        .deliver(timers.deadline(limit));
            } catch (IOException e) {
                throw new IOException(
                        "HTTP lifecycle hook (%s) %s%s".formatted(path, where, e.getMessage()), e);
            }
        } else if (hook.getSleep() != null) {
            var wanted = Duration.ofSeconds(hook.getSleep().getSeconds());
            timers.sleep(wanted.compareTo(limit) < 0 ? wanted : limit);
        }
    }

    private static List<HTTPHeader> withAgent(List<HTTPHeader> headers) {
        if (headers.stream().anyMatch(header -> header.getName().equalsIgnoreCase("user-agent"))) {
            return headers;
        }
        var all = new ArrayList<>(headers);
        all.add(new HTTPHeader("User-Agent", "kube-lifecycle/1.37"));
        return all;
    }

    private static void exec(
            ContainerRuntime runtime,
            LifecycleHandler hook,
            String containerId,
            Duration limit,
            String where)
            throws IOException {
        var command = hook.getExec().getCommand();
        var what = "Exec lifecycle hook ([" + String.join(" ", command) + "]) " + where;
        try {
            var result = runtime.execSync(containerId, command, limit);
            if (result.getExitCode() != 0) {
                var errors = result.getStderr().toString(StandardCharsets.UTF_8);
                var output = result.getStdout().toString(StandardCharsets.UTF_8) + errors;
                throw new IOException(
                        "%scommand '%s' exited with %d: %s, message: \"%s\""
                                .formatted(
                                        what,
                                        String.join(" ", command),
                                        result.getExitCode(),
                                        errors,
                                        quoted(output)));
            }
        } catch (CriException e) {
            throw new IOException(what + e.getMessage() + ", message: \"\"", e);
        }
    }

    /// As Go's `%q` for what commands usually say.
    private static String quoted(String text) {
        return text.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\t", "\\t")
                .replace("\r", "\\r");
    }
}
