package io.j8s.cli;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What is wrong in a cluster and what to do about it. Pure: from objects as the API serves them.
final class Findings {

    /// One thing that a person should look at.
    ///
    /// @param advice a command or an action
    record Finding(String problem, String advice) {}

    // longer than a pod needs to start or to end when all is well
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private Findings() {}

    /// Pods that neither run nor have ended well.
    static List<Finding> ofPods(JsonNode pods, Instant now) {
        var findings = new ArrayList<Finding>();
        for (var pod : pods.path("items")) {
            var metadata = pod.path("metadata");
            var name =
                    metadata.path("name").asString("")
                            + " -n "
                            + metadata.path("namespace").asString("");
            var status = pod.path("status");
            boolean isExplained = containers(findings, name, status.path("initContainerStatuses"));
            isExplained |= containers(findings, name, status.path("containerStatuses"));
            isExplained |= leaving(findings, name, metadata, now);
            if (!isExplained && !phase(findings, name, status)) {
                waiting(findings, name, pod, now);
            }
        }
        return findings;
    }

    /// A pod whose time to end is over and that is still there.
    private static boolean leaving(
            List<Finding> findings, String pod, JsonNode metadata, Instant now) {
        var deadline = time(metadata.path("deletionTimestamp"));
        if (deadline == null) {
            return false;
        }
        if (now.isAfter(deadline.plus(PATIENCE))) {
            var finalizers = metadata.path("finalizers");
            findings.add(
                    finalizers.isEmpty()
                            ? new Finding(
                                    "pod " + pod + " should have ended by " + deadline,
                                    "kubectl describe pod "
                                            + pod
                                            + "; if its node is gone: kubectl delete pod --force "
                                            + pod)
                            : new Finding(
                                    "pod %s is deleted and waits for the finalizers %s"
                                            .formatted(pod, finalizers),
                                    "whoever set them must take them away"));
        }
        return true;
    }

    /// Bound or running, and not ready for longer than a start takes.
    private static void waiting(List<Finding> findings, String pod, JsonNode found, Instant now) {
        var status = found.path("status");
        var since = time(found.path("metadata").path("creationTimestamp"));
        var phase = status.path("phase").asString("");
        for (var condition : status.path("conditions")) {
            if (!condition.path("type").asString("").equals("Ready")
                    || condition.path("status").asString("").equals("True")
                    || condition.path("reason").asString("").equals("PodCompleted")) {
                continue;
            }
            var changed = time(condition.path("lastTransitionTime"));
            var from = changed == null ? since : changed;
            if (from != null && now.isAfter(from.plus(PATIENCE))) {
                findings.add(
                        phase.equals("Running")
                                ? new Finding(
                                        "pod %s runs and is not ready since %s: %s"
                                                .formatted(
                                                        pod,
                                                        from,
                                                        condition.path("message").asString("")),
                                        "its readiness probe: kubectl describe pod " + pod)
                                : new Finding(
                                        "pod %s does not start since %s: %s"
                                                .formatted(
                                                        pod,
                                                        from,
                                                        condition.path("message").asString("")),
                                        "its events say why: kubectl describe pod " + pod));
            }
        }
    }

    static @Nullable Instant time(JsonNode text) {
        var value = text.asString("");
        return value.isEmpty() ? null : Instant.parse(value);
    }

    private static boolean containers(List<Finding> findings, String pod, JsonNode statuses) {
        boolean isExplained = false;
        for (var container : statuses) {
            var waiting = container.path("state").path("waiting");
            var reason = waiting.path("reason").asString("");
            var advice =
                    switch (reason) {
                        case "ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull" ->
                                "check the image's name, or bring it with `j8s image load FILE`";
                        case "CrashLoopBackOff" -> "kubectl logs --previous " + pod;
                        case "CreateContainerConfigError",
                                "CreateContainerError",
                                "RunContainerError",
                                "InvalidImageName" ->
                                "kubectl describe pod " + pod;
                        default -> "";
                    };
            if (!advice.isEmpty()) {
                isExplained = true;
                findings.add(
                        new Finding(
                                "pod %s: container %s: %s: %s"
                                        .formatted(
                                                pod,
                                                container.path("name").asString(""),
                                                reason,
                                                waiting.path("message").asString("")),
                                advice));
            }
        }
        return isExplained;
    }

    /// Whether the phase itself says enough.
    private static boolean phase(List<Finding> findings, String pod, JsonNode status) {
        return switch (status.path("phase").asString("")) {
            case "Succeeded" -> true;
            case "Failed" -> {
                findings.add(
                        new Finding(
                                "pod %s failed: %s"
                                        .formatted(pod, status.path("reason").asString("Error")),
                                // what the node refused or gave up has said nothing itself
                                status.path("reason").asString("").isEmpty()
                                        ? "kubectl logs " + pod
                                        : "kubectl describe pod " + pod));
                yield true;
            }
            case "Pending" -> isUnschedulable(findings, pod, status);
            default -> false;
        };
    }

    private static boolean isUnschedulable(List<Finding> findings, String pod, JsonNode status) {
        for (var condition : status.path("conditions")) {
            if (condition.path("reason").asString("").equals("Unschedulable")) {
                findings.add(
                        new Finding(
                                "pod %s finds no node: %s"
                                        .formatted(pod, condition.path("message").asString("")),
                                "kubectl describe pod " + pod));
                return true;
            }
        }
        return false;
    }
}
