package io.j8s.cli;

import io.j8s.cli.Findings.Finding;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/// What is wrong with nodes. Pure, as [Findings].
final class NodeFindings {

    private NodeFindings() {}

    /// Nodes that are not ready, cordoned or short of something.
    static List<Finding> of(JsonNode nodes) {
        var findings = new ArrayList<Finding>();
        if (nodes.path("items").isEmpty()) {
            findings.add(
                    new Finding(
                            "there is no node, so pods stay Pending",
                            "start without --control-plane-only, or let a machine join as a node"));
        }
        for (var node : nodes.path("items")) {
            var name = node.path("metadata").path("name").asString("");
            for (var condition : node.path("status").path("conditions")) {
                if (isBad(condition)) {
                    findings.add(
                            new Finding(
                                    "node %s: %s is %s: %s"
                                            .formatted(
                                                    name,
                                                    condition.path("type").asString(""),
                                                    condition.path("status").asString(""),
                                                    condition.path("message").asString("")),
                                    advice(condition) + "kubectl describe node " + name));
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

    static boolean isOneReady(JsonNode nodes) {
        for (var node : nodes.path("items")) {
            for (var condition : node.path("status").path("conditions")) {
                if (isReady(condition) && !isBad(condition)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isReady(JsonNode condition) {
        return condition.path("type").asString("").equals("Ready");
    }

    private static boolean isBad(JsonNode condition) {
        boolean isTrue = condition.path("status").asString("").equals("True");
        return isReady(condition) != isTrue;
    }

    private static String advice(JsonNode condition) {
        return switch (condition.path("type").asString("")) {
            case "DiskPressure" -> "make room on its disk; ";
            case "MemoryPressure" -> "end pods there, or give them lower requests; ";
            case "PIDPressure" -> "end pods there that start many processes; ";
            case "Ready" ->
                    unready(
                            condition.path("status").asString(""),
                            condition.path("message").asString(""));
            default -> "";
        };
    }

    private static String unready(String status, String message) {
        if (status.equals("Unknown")) {
            return "its agent is silent: on that machine `j8s status` tells why, and `j8s up` or"
                    + " `j8s agent` starts it; ";
        }
        if (message.contains("container runtime is down")) {
            return "j8s starts its containerd again; if that does not help, node/log/containerd.log"
                    + " in its data directory has more; ";
        }
        if (message.contains("network not ready")) {
            return "are the CNI plugins there (Debian: containernetworking-plugins)? ";
        }
        return "";
    }
}
