package io.j8s.cli;

import io.j8s.cli.Findings.Finding;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What is wrong with what pods are made from and reached by. Pure, as [Findings].
final class WorkloadFindings {

    private WorkloadFindings() {}

    /// Conditions of Deployments, ReplicaSets and Jobs that say that they do not come on.
    ///
    /// @param kind e.g. `deployment`, as kubectl takes it
    static List<Finding> ofWorkloads(String kind, JsonNode list) {
        var findings = new ArrayList<Finding>();
        for (var object : list.path("items")) {
            for (var condition : object.path("status").path("conditions")) {
                var type = condition.path("type").asString("");
                boolean isTrue = condition.path("status").asString("").equals("True");
                boolean isBad =
                        switch (type) {
                            case "ReplicaFailure", "Failed" -> isTrue;
                            case "Progressing" -> !isTrue;
                            default -> false;
                        };
                // a paused rollout is what somebody wants
                if (isBad && !condition.path("reason").asString("").equals("DeploymentPaused")) {
                    findings.add(
                            new Finding(
                                    "%s %s: %s: %s"
                                            .formatted(
                                                    kind,
                                                    name(object),
                                                    condition.path("reason").asString(type),
                                                    condition.path("message").asString("")),
                                    "kubectl describe %s %s".formatted(kind, name(object))));
                }
            }
        }
        return findings;
    }

    /// Services whose selector finds no ready pod.
    ///
    /// @param slices EndpointSlices of all namespaces
    static List<Finding> ofServices(JsonNode services, JsonNode slices) {
        var served = new HashSet<String>();
        for (var slice : slices.path("items")) {
            var metadata = slice.path("metadata");
            var service = metadata.path("labels").path("kubernetes.io/service-name").asString("");
            for (var endpoint : slice.path("endpoints")) {
                if (endpoint.path("conditions").path("ready").asBoolean(true)) {
                    served.add(metadata.path("namespace").asString("") + "/" + service);
                }
            }
        }
        var findings = new ArrayList<Finding>();
        for (var service : services.path("items")) {
            var selector = service.path("spec").path("selector");
            var metadata = service.path("metadata");
            var key =
                    metadata.path("namespace").asString("")
                            + "/"
                            + metadata.path("name").asString("");
            if (!selector.isEmpty() && !served.contains(key)) {
                findings.add(
                        new Finding(
                                "service " + name(service) + " has no ready pod behind it",
                                "kubectl get pods -n %s -l %s"
                                        .formatted(
                                                metadata.path("namespace").asString(""),
                                                labels(selector))));
            }
        }
        return findings;
    }

    private static String labels(JsonNode selector) {
        return selector.propertyStream()
                .map(entry -> entry.getKey() + "=" + entry.getValue().asString(""))
                .collect(Collectors.joining(","));
    }

    /// Claims that no volume was found for, though a pod waits for them.
    static List<Finding> ofClaims(JsonNode claims, JsonNode pods) {
        Set<String> used = new HashSet<>();
        for (var pod : pods.path("items")) {
            for (var volume : pod.path("spec").path("volumes")) {
                var claim = volume.path("persistentVolumeClaim").path("claimName").asString("");
                used.add(pod.path("metadata").path("namespace").asString("") + "/" + claim);
            }
        }
        var findings = new ArrayList<Finding>();
        for (var claim : claims.path("items")) {
            var metadata = claim.path("metadata");
            var key =
                    metadata.path("namespace").asString("")
                            + "/"
                            + metadata.path("name").asString("");
            var phase = claim.path("status").path("phase").asString("");
            if (phase.equals("Lost") || (phase.equals("Pending") && used.contains(key))) {
                findings.add(
                        new Finding(
                                "volume claim %s is %s".formatted(name(claim), phase),
                                "make a PersistentVolume that fits: kubectl describe pvc "
                                        + name(claim)));
            }
        }
        return findings;
    }

    /// Namespaces that are being deleted and cannot end.
    static List<Finding> ofNamespaces(JsonNode namespaces) {
        var findings = new ArrayList<Finding>();
        for (var namespace : namespaces.path("items")) {
            for (var condition : namespace.path("status").path("conditions")) {
                if (condition.path("status").asString("").equals("True")) {
                    var name = namespace.path("metadata").path("name").asString("");
                    findings.add(
                            new Finding(
                                    "namespace %s does not end: %s"
                                            .formatted(
                                                    name, condition.path("message").asString("")),
                                    "kubectl get namespace %s -o yaml".formatted(name)));
                }
            }
        }
        return findings;
    }

    private static String name(JsonNode object) {
        var metadata = object.path("metadata");
        return metadata.path("name").asString("")
                + " -n "
                + metadata.path("namespace").asString("");
    }
}
