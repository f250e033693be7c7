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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/// Reads one pod out of the runtime.
final class RuntimePods {

    static final String TERMINATION_PATH = "io.kubernetes.container.terminationMessagePath";
    static final String TERMINATION_POLICY = "io.kubernetes.container.terminationMessagePolicy";

    private RuntimePods() {}

    /// What a round of work has made in the runtime: sandboxes as they came up, containers by id.
    record Made(List<PodSandboxStatus> sandboxes, List<String> containers) {}

    /// All questions that do not need one another's answers are asked together.
    static RuntimePod inspect(ContainerRuntime runtime, ExecutorService threads, String uid)
            throws CriException, InterruptedException {
        var sandboxes = threads.submit(() -> sandboxes(runtime, uid));
        var containers = containers(runtime, threads, uid);
        return new RuntimePod(uid, answer(sandboxes), containers);
    }

    /// Looks again at what was there before and at the containers that have been made since,
    /// without a search: all is asked at once, and what is gone is left out. A sandbox that was
    /// made since has been looked at when it came up; if it has ended, the runtime tells or the
    /// relist finds it.
    static RuntimePod again(
            ContainerRuntime runtime, ExecutorService threads, RuntimePod before, Made made)
            throws CriException, InterruptedException {
        var containers = new LinkedHashSet<>(made.containers());
        before.containers().forEach(known -> containers.add(known.getId()));
        var sandboxesAsked = new ArrayList<Future<PodSandboxStatus>>();
        for (var known : before.sandboxes()) {
            sandboxesAsked.add(threads.submit(() -> runtime.podSandboxStatus(known.getId())));
        }
        var containersAsked = new ArrayList<Future<ContainerStatus>>();
        for (var id : containers) {
            var question = new FutureTask<>(() -> runtime.containerStatus(id));
            containersAsked.add(question);
            if (containersAsked.size() < containers.size()) {
                threads.execute(question);
            } else {
                question.run(); // this thread would only wait
            }
        }
        var found = new ArrayList<>(made.sandboxes());
        for (var one : sandboxesAsked) {
            try {
                found.add(answer(one));
            } catch (CriException e) {
                ignoreMissing(e);
            }
        }
        return new RuntimePod(before.uid(), found, answers(containersAsked));
    }

    private static List<PodSandboxStatus> sandboxes(ContainerRuntime runtime, String uid)
            throws CriException {
        var found = new ArrayList<PodSandboxStatus>();
        var ofPod =
                PodSandboxFilter.newBuilder().putLabelSelector(RuntimePod.LABEL_UID, uid).build();
        for (var sandbox : runtime.listPodSandboxes(ofPod)) {
            try {
                found.add(runtime.podSandboxStatus(sandbox.getId()));
            } catch (CriException e) {
                ignoreMissing(e);
            }
        }
        return found;
    }

    private static List<ContainerStatus> containers(
            ContainerRuntime runtime, ExecutorService threads, String uid)
            throws CriException, InterruptedException {
        var inPod =
                ContainerFilter.newBuilder().putLabelSelector(RuntimePod.LABEL_UID, uid).build();
        var asked = new ArrayList<Future<ContainerStatus>>();
        for (var container : runtime.listContainers(inPod)) {
            asked.add(threads.submit(() -> runtime.containerStatus(container.getId())));
        }
        return answers(asked);
    }

    private static List<ContainerStatus> answers(List<Future<ContainerStatus>> asked)
            throws CriException, InterruptedException {
        var found = new ArrayList<ContainerStatus>();
        for (var one : asked) {
            try {
                var status = answer(one);
                found.add(
                        RuntimePod.hasExited(status) ? TerminationMessages.added(status) : status);
            } catch (CriException e) {
                ignoreMissing(e);
            }
        }
        return found;
    }

    private static <A> A answer(Future<A> asked) throws CriException, InterruptedException {
        try {
            return asked.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CriException refusal) {
                throw refusal;
            }
            throw new IllegalStateException(e.getCause());
        }
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
