package io.j8s.nodeagent.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether pods of an instance run on while nothing looks after them: they outlive the process that
/// started them, so that the next one can take them over.
public final class LeftPods {

    /// Where containerd keeps what it knows of the kubelet's running processes.
    private static final String TASKS = "io.containerd.runtime.v2.task/k8s.io";

    private LeftPods() {}

    /// @param runtimeState see [NodePaths#runtimeState]
    /// @return also false where this user may not look
    public static boolean runBelow(Path runtimeState) {
        var tasks = runtimeState.resolve(TASKS);
        if (!Files.isReadable(tasks)) {
            return false;
        }
        try (var bundles = Files.newDirectoryStream(tasks)) {
            for (var bundle : bundles) {
                if (runs(bundle.resolve("init.pid"))) {
                    return true;
                }
            }
            return false;
        } catch (IOException _) {
            return false; // they end while they are looked at
        }
    }

    private static boolean runs(Path pid) throws IOException {
        if (!Files.isReadable(pid)) {
            return false;
        }
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
                    .map(ProcessHandle::isAlive)
                    .orElse(false);
        } catch (NumberFormatException _) {
            return false; // it is being written
        }
    }
}
