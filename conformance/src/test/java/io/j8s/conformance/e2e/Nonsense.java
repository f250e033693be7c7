package io.j8s.conformance.e2e;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Requests' parts that no honest client sends; the same seed makes the same ones.
///
/// @param random its only source
record Nonsense(Random random) {

    private static final int DEPTH_MAX = 4;
    private static final List<String> NAMES =
            List.of(
                    "metadata",
                    "spec",
                    "status",
                    "name",
                    "labels",
                    "selector",
                    "template",
                    "containers",
                    "ports",
                    "data",
                    "rules",
                    "kind",
                    "apiVersion",
                    "replicas",
                    "annotations",
                    "ownerReferences",
                    "finalizers",
                    "managedFields",
                    "volumes",
                    "resources",
                    "limits",
                    "cpu",
                    "$patch",
                    "op",
                    "path",
                    "value",
                    "x");
    private static final List<String> VALUES =
            List.of(
                    "null",
                    "true",
                    "0",
                    "-1",
                    "1e400",
                    "99999999999999999999",
                    "1.5",
                    "\"\"",
                    "\"x\"",
                    "\"..\"",
                    "\"a/b\"",
                    "\"\\u0000\"",
                    "\"\\ud800\"",
                    "[]",
                    "{}",
                    "[null]",
                    "\"2020-13-45T99:00:00Z\"",
                    "\"100Zi\"",
                    "\"%s\"",
                    "[[]]");
    private static final List<String> PARAMETERS =
            List.of(
                    "limit",
                    "continue",
                    "resourceVersion",
                    "resourceVersionMatch",
                    "watch",
                    "fieldSelector",
                    "labelSelector",
                    "timeoutSeconds",
                    "sendInitialEvents",
                    "allowWatchBookmarks",
                    "pretty",
                    "includeObject");

    /// A JSON object with fields of wrong types in wrong places.
    String object() {
        return object(0);
    }

    private String object(int depth) {
        return IntStream.range(0, 1 + random.nextInt(6))
                .mapToObj(_ -> "\"" + pick(NAMES) + "\":" + value(depth + 1))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private String value(int depth) {
        if (depth < DEPTH_MAX && random.nextInt(3) > 0) {
            return random.nextInt(4) == 0 ? "[" + value(depth + 1) + "]" : object(depth);
        }
        return pick(VALUES);
    }

    /// What is no document at all.
    String broken() {
        var whole = object();
        return switch (random.nextInt(4)) {
            case 0 -> whole.substring(0, random.nextInt(whole.length()));
            case 1 -> whole.replace(':', ' ');
            case 2 -> whole + whole;
            default -> "[".repeat(1 + random.nextInt(2000));
        };
    }

    /// Parameters with values that they cannot have.
    String query() {
        return IntStream.range(0, 1 + random.nextInt(3))
                .mapToObj(_ ->
                        pick(PARAMETERS)
                                + "="
                                + URLEncoder.encode(pick(VALUES), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
