package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/// The annotations in which a deployment keeps its history on its replica sets.
final class DeploymentAnnotations {

    static final String REVISION = "deployment.kubernetes.io/revision";
    static final String REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
    static final String DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
    static final String MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";
    static final String ROLLBACK_TO = "deprecated.deployment.rollback.to";

    private static final int HISTORY_CHARS_MAX = 2000; // upstream: maxRevHistoryLengthInChars
    private static final Set<String> NOT_COPIED =
            Set.of(
                    "kubectl.kubernetes.io/last-applied-configuration",
                    REVISION,
                    REVISION_HISTORY,
                    DESIRED_REPLICAS,
                    MAX_REPLICAS,
                    ROLLBACK_TO);

    private DeploymentAnnotations() {}

    static long revision(ReplicaSet set) {
        return number(Meta.annotations(set).get(REVISION));
    }

    static long maxRevision(List<ReplicaSet> sets) {
        return sets.stream().mapToLong(DeploymentAnnotations::revision).max().orElse(0);
    }

    static long lastRevision(List<ReplicaSet> sets) {
        return sets.stream()
                .map(DeploymentAnnotations::revision)
                .sorted((a, b) -> Long.compare(b, a))
                .skip(1)
                .findFirst()
                .orElse(0L);
    }

    private static long number(@Nullable String text) {
        try {
            return text == null || text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /// What the newest replica set's annotations must be: the deployment's, a revision that is the
    /// highest, and the revisions it had before it was rolled back to.
    static Map<String, String> ofNewest(
            Deployment deployment, Map<String, String> before, long newRevision) {
        var result = new LinkedHashMap<>(before);
        Meta.annotations(deployment)
                .forEach((name, value) -> {
                    if (!NOT_COPIED.contains(name)) {
                        result.put(name, value);
                    }
                });
        var known = before.get(REVISION);
        if (number(known) < newRevision) {
            result.put(REVISION, Long.toString(newRevision));
            if (known != null) {
                addHistory(result, known);
            }
        }
        return result;
    }

    private static void addHistory(Map<String, String> annotations, String revision) {
        var history = Meta.orEmpty(annotations.get(REVISION_HISTORY));
        var entries =
                history.isEmpty()
                        ? new ArrayList<String>()
                        : new ArrayList<>(List.of(history.split(",", -1)));
        entries.add(revision);
        while (entries.size() > 1 && String.join(",", entries).length() > HISTORY_CHARS_MAX) {
            entries.removeFirst();
        }
        annotations.put(REVISION_HISTORY, String.join(",", entries));
    }

    static Map<String, String> withSizes(Map<String, String> annotations, int desired, int max) {
        var result = new LinkedHashMap<>(annotations);
        result.put(DESIRED_REPLICAS, Integer.toString(desired));
        result.put(MAX_REPLICAS, Integer.toString(max));
        return result;
    }

    /// Empty or malformed counts as not there.
    static @Nullable Integer size(ReplicaSet set, String name) {
        var text = Meta.annotations(set).get(name);
        try {
            return text == null ? null : Integer.valueOf(text);
        } catch (NumberFormatException _) {
            return null;
        }
    }

    /// The revision asked for by `kubectl rollout undo` of old clients, 0 for the last one; what is
    /// no number asks for nothing, as upstream.
    static OptionalLong rollbackTo(Deployment deployment) {
        var text = Meta.orEmpty(Meta.annotations(deployment).get(ROLLBACK_TO));
        try {
            return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException _) {
            return OptionalLong.empty();
        }
    }
}
