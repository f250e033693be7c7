package io.j8s.nodeagent.pods;

import io.j8s.cri.v1.ContainerFilter;
import io.j8s.cri.v1.ContainerStatus;
import io.j8s.cri.v1.PodSandboxFilter;
import io.j8s.cri.v1.PodSandboxStatus;
import io.j8s.nodeagent.core.RuntimePod;
import io.j8s.nodeagent.cri.ContainerRuntime;
import io.j8s.nodeagent.cri.CriException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

/// Reads one pod out of the runtime.
final class RuntimePods {

    static final String TERMINATION_PATH = "io.kubernetes.container.terminationMessagePath";
    static final String TERMINATION_POLICY = "io.kubernetes.container.terminationMessagePolicy";

    private RuntimePods() {}

    static RuntimePod inspect(ContainerRuntime runtime, String uid) throws CriException {
        var sandboxes = new ArrayList<PodSandboxStatus>();
        var ofPod =
                PodSandboxFilter.newBuilder().putLabelSelector(RuntimePod.LABEL_UID, uid).build();
        for (var sandbox : runtime.listPodSandboxes(ofPod)) {
            try {
                sandboxes.add(runtime.podSandboxStatus(sandbox.getId()));
            } catch (CriException e) {
                ignoreMissing(e);
            }
        }
        var containers = new ArrayList<ContainerStatus>();
        var inPod =
                ContainerFilter.newBuilder().putLabelSelector(RuntimePod.LABEL_UID, uid).build();
        for (var container : runtime.listContainers(inPod)) {
            try {
                var status = runtime.containerStatus(container.getId());
                containers.add(
                        RuntimePod.hasExited(status) ? TerminationMessages.added(status) : status);
            } catch (CriException e) {
                ignoreMissing(e);
            }
        }
        return new RuntimePod(uid, sandboxes, containers);
    }

    /// Removed between the list and the question.
    private static void ignoreMissing(CriException e) throws CriException {
        if (e.kind() != CriException.Kind.NOT_FOUND) {
            throw e;
        }
    }

    /// What an ended container has to say. upstream: getTerminationMessage.
    static final class TerminationMessages {

        private static final int BYTES_MAX = 4096; // upstream: MaxContainerTerminationMessageLength
        private static final int LOG_BYTES_MAX = 2048;
        private static final int LOG_LINES_MAX = 80;

        private TerminationMessages() {}

        static ContainerStatus added(ContainerStatus status) {
            var path = status.getAnnotationsOrDefault(TERMINATION_PATH, "");
            var message = path.isEmpty() ? "" : fromFile(status, path);
            boolean usesLog =
                    status.getAnnotationsOrDefault(TERMINATION_POLICY, "File")
                            .equals("FallbackToLogsOnError");
            if (message.isEmpty() && usesLog && status.getExitCode() != 0) {
                message = fromLog(status);
            }
            return message.isEmpty() ? status : status.toBuilder().setMessage(message).build();
        }

        private static String fromFile(ContainerStatus status, String path) {
            for (var mount : status.getMountsList()) {
                if (mount.getContainerPath().equals(path)) {
                    try (var file = Files.newInputStream(Path.of(mount.getHostPath()))) {
                        return new String(
                                file.readNBytes(BYTES_MAX),
                                java.nio.charset.StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        return "Error on reading termination log " + mount.getHostPath() + ": " + e;
                    }
                }
            }
            return "";
        }

        private static String fromLog(ContainerStatus status) {
            try {
                var lines = ContainerLogs.lastLines(Path.of(status.getLogPath()), LOG_LINES_MAX);
                var text = String.join("", lines);
                return text.length() > LOG_BYTES_MAX
                        ? text.substring(text.length() - LOG_BYTES_MAX)
                        : text;
            } catch (IOException e) {
                return "Error reading termination message from logs: " + e;
            }
        }
    }
}
