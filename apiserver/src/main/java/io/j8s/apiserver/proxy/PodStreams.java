package io.j8s.apiserver.proxy;

import io.j8s.apiserver.request.Query;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Paths of the agent's API for a pod's logs and streams (upstream:
/// `registry/core/pod/strategy.LogLocation` and its like). Pure.
final class PodStreams {

    private static final List<String> LOG_PARAMETERS =
            List.of(
                    "follow",
                    "previous",
                    "sinceSeconds",
                    "sinceTime",
                    "timestamps",
                    "tailLines",
                    "limitBytes");

    /// Ours to the agent's.
    private static final Map<String, String> STREAM_FLAGS =
            Map.of("stdin", "input", "stdout", "output", "stderr", "error", "tty", "tty");

    private PodStreams() {}

    static String path(Tree pod, String subresource, Query query) {
        String place = pod.string("metadata.namespace", "") + "/" + pod.string("metadata.name", "");
        return switch (subresource) {
            case "log" -> "/containerLogs/" + place + "/" + container(pod, query) + logQuery(query);
            case "exec" ->
                    "/exec/" + place + "/" + container(pod, query) + streamQuery(query, true);
            case "attach" ->
                    "/attach/" + place + "/" + container(pod, query) + streamQuery(query, false);
            default -> "/portForward/" + place + portQuery(query);
        };
    }

    /// The one asked for, or the only one, or the one that the pod names as its default.
    private static String container(Tree pod, Query query) {
        String asked = query.first("container");
        var names = new ArrayList<String>();
        pod.trees("spec.containers").forEach(c -> names.add(c.string("name", "")));
        String podName = pod.string("metadata.name", "");
        var initial = new ArrayList<String>();
        pod.trees("spec.initContainers").forEach(c -> initial.add(c.string("name", "")));
        if (asked.isEmpty()) {
            if (names.size() == 1) {
                return names.getFirst();
            }
            throw new ApiException(
                    new ApiError.BadRequest(
                            "a container name must be specified for pod %s, choose one of: [%s]%s"
                                    .formatted(
                                            podName,
                                            String.join(" ", names),
                                            initial.isEmpty()
                                                    ? ""
                                                    : " or one of the init containers: ["
                                                            + String.join(" ", initial)
                                                            + "]")));
        }
        boolean isEphemeral =
                pod.trees("spec.ephemeralContainers").stream()
                        .anyMatch(c -> c.string("name", "").equals(asked));
        if (!names.contains(asked) && !initial.contains(asked) && !isEphemeral) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "container %s is not valid for pod %s".formatted(asked, podName)));
        }
        return asked;
    }

    private static String logQuery(Query query) {
        var parameters = new ArrayList<String>();
        for (String name : LOG_PARAMETERS) {
            if (query.has(name)) {
                parameters.add(pair(name, query.first(name)));
            }
        }
        return joined(parameters);
    }

    private static String streamQuery(Query query, boolean withCommand) {
        var parameters = new ArrayList<String>();
        STREAM_FLAGS.forEach((ours, agents) -> {
            if (query.flag(ours)) {
                parameters.add(agents + "=1");
            }
        });
        if (withCommand) {
            query.all("command").forEach(word -> parameters.add(pair("command", word)));
        }
        return joined(parameters);
    }

    private static String portQuery(Query query) {
        return joined(query.all("ports").stream().map(port -> pair("port", port)).toList());
    }

    private static String pair(String name, String value) {
        return name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static String joined(List<String> parameters) {
        return parameters.isEmpty() ? "" : "?" + String.join("&", parameters);
    }
}
