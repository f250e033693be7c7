package io.j8s.apiserver.resources.batch;

import io.j8s.apiserver.resources.core.PodWarnings;
import io.j8s.apiserver.schema.Tree;

import java.util.ArrayList;
import java.util.List;

/// What upstream warns of in jobs and cron jobs that it accepts.
final class JobWarnings {

    private static final int COMPLETIONS_SOFT_MAX = 100_000;
    private static final int PARALLELISM_SOFT_MAX = 10_000;

    private JobWarnings() {}

    /// @param path where the spec stands
    static List<String> spec(Tree object, String path) {
        var warnings = new ArrayList<String>();
        if (object.string(path + ".completionMode", "").equals("Indexed")
                && object.longValue(path + ".completions", 0) > COMPLETIONS_SOFT_MAX
                && object.longValue(path + ".parallelism", 0) > PARALLELISM_SOFT_MAX) {
            warnings.add(
                    path
                            + ": In Indexed Jobs with a number of completions higher than 10^5 and"
                            + " a parallelism higher than 10^4, Kubernetes might not be able to"
                            + " track completedIndexes when a big number of indexes fail");
        }
        warnings.addAll(PodWarnings.ofTemplate(object, path + ".template"));
        return warnings;
    }
}
