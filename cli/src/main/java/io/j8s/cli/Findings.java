package io.j8s.cli;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// What is wrong in a cluster and what to do about it. Pure: from objects as the API serves them.
final class Findings {

    /// One thing that a person should look at.
    ///
    /// @param advice a command or an action
    record Finding(String problem, String advice) {}

    private Findings() {}

    /// Nodes that are not ready, cordoned or short of something.
    static List<Finding> ofNodes(JsonNode nodes) {
        var findings = new ArrayList<Finding>();
        for (var node : nodes.path("items")) {
            var name = node.path("metadata").path("name").asString("");
            for (var condition : node.path("status").path("conditions")) {
                var type = condition.path("type").asString("");
                var isTrue = "True".equals(condition.path("status").asString(""));
                if (type.equals("Ready") != isTrue) {
                    findings.add(
                            new Finding(
                                    "node %s: %s is %s: %s"
                                            .formatted(
                                                    name,
                                                    type,
                                                    condition.path("status").asString(""),
                                                    condition.path("message").asString("")),
                                    "kubectl describe node " + name));
                }
            }
            if (node.path("spec").path("unschedulable").asBoolean(false)) {
                findings.add(
                        new Finding(
                                "node " + name + " takes no new pods", "kubectl uncordon " + name));
            }
        }
        return findings;
    }

    /// Pods that neither run nor have ended well.
    static List<Finding> ofPods(JsonNode pods) {
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
            if (!isExplained) {
                phase(findings, name, status);
            }
        }
        return findings;
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

    private static void phase(List<Finding> findings, String pod, JsonNode status) {
        switch (status.path("phase").asString("")) {
            case "Failed" ->
                    findings.add(
                            new Finding(
                                    "pod %s failed: %s"
                                            .formatted(
                                                    pod, status.path("reason").asString("Error")),
                                    "kubectl logs " + pod));
            case "Pending" -> {
                for (var condition : status.path("conditions")) {
                    if (condition.path("reason").asString("").equals("Unschedulable")) {
                        findings.add(
                                new Finding(
                                        "pod %s finds no node: %s"
                                                .formatted(
                                                        pod,
                                                        condition.path("message").asString("")),
                                        "kubectl describe pod " + pod));
                    }
                }
            }
            default -> {}
        }
    }
}
