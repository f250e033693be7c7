package io.j8s.nodeagent.probes;

import io.j8s.machinery.timers.Deadline;
import io.j8s.nodeagent.cri.ContainerRuntime;
import io.j8s.nodeagent.cri.CriException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/// Runs a command inside of the container; exit code 0 is success.
record ExecProbe(ContainerRuntime runtime, String containerId, List<String> command)
        implements ProbeHandler {

    private static final int OUTPUT_MAX = 10 * 1024; // upstream: maxReadLength

    @Override
    public Answer ask(Deadline limit) throws IOException {
        // whole seconds, and zero would mean for ever
        var seconds = Math.max(1, (limit.remaining().toMillis() + 999) / 1000);
        try {
            var result = runtime.execSync(containerId, command, Duration.ofSeconds(seconds));
            var output =
                    result.getStdout().toString(StandardCharsets.UTF_8)
                            + result.getStderr().toString(StandardCharsets.UTF_8);
            var cut = output.length() > OUTPUT_MAX ? output.substring(0, OUTPUT_MAX) : output;
            return result.getExitCode() == 0 ? Answer.SUCCESS : Answer.failure(cut);
        } catch (CriException e) {
            boolean isTimeout =
                    e.kind() == CriException.Kind.TIMEOUT
                            || e.description().contains("timeout")
                            || e.description().contains("deadline exceeded");
            if (isTimeout) {
                return Answer.failure(
                        "command timed out: \"%s\" timed out after %ds"
                                .formatted(String.join(" ", command), seconds));
            }
            throw new IOException(e.getMessage(), e);
        }
    }
}
