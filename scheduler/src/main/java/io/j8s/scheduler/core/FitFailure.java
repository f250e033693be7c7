package io.j8s.scheduler.core;

import java.util.Collection;
import java.util.HashMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What users read when a pod fits nowhere (upstream: `FitError`).
public final class FitFailure {

    private FitFailure() {}

    /// `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s).`, reasons
    /// sorted as texts with their counts, as upstream sorts them.
    public static String message(int nodes, Collection<Verdict.Rejected> rejections) {
        // thousands of nodes give few different answers
        var whole = new HashMap<String, Integer>();
        for (var rejection : rejections) {
            whole.merge(rejection.reason(), 1, Integer::sum);
        }
        var counts = new TreeMap<String, Integer>();
        whole.forEach((text, times) ->
                text.lines().forEach(reason -> counts.merge(reason, times, Integer::sum)));
        var reasons =
                counts.entrySet().stream()
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .sorted()
                        .collect(Collectors.joining(", "));
        return head(nodes) + (reasons.isEmpty() ? "" : " " + reasons + ".");
    }

    /// The same when a look at the pod was enough.
    static String message(int nodes, String reason) {
        return head(nodes) + " " + reason.replace("\n", ", ") + ".";
    }

    private static String head(int nodes) {
        return "0/%d nodes are available:".formatted(nodes);
    }
}
