package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.controllers.runtime.Meta;
import io.j8s.scheduler.core.ClusterChange.Action;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/// What of a pod changed as far as scheduling is concerned (upstream:
/// `PodSchedulingPropertiesChange`).
final class PodChanges {

    private PodChanges() {}

    /// Never empty: a change of nothing told apart is [Action#UPDATE].
    static Set<Action> between(Pod before, Pod after) {
        var found = EnumSet.noneOf(Action.class);
        if (!Meta.labels(before).equals(Meta.labels(after))) {
            found.add(Action.UPDATE_POD_LABEL);
        }
        compareRequests(PodRequests.of(before), PodRequests.of(after), found);
        var spec = after.getSpec();
        var old = before.getSpec();
        if (spec.getSchedulingGates().isEmpty() && !old.getSchedulingGates().isEmpty()) {
            found.add(Action.UPDATE_GATES_GONE);
        }
        if (spec.getTolerations().size() != old.getTolerations().size()) {
            found.add(Action.UPDATE_TOLERATION);
        }
        return found.isEmpty() ? EnumSet.of(Action.UPDATE) : found;
    }

    private static void compareRequests(Amounts before, Amounts after, Set<Action> found) {
        var names = new HashSet<>(Set.of("cpu", "memory", "ephemeral-storage"));
        names.addAll(before.scalarNames());
        names.addAll(after.scalarNames());
        for (String name : names) {
            if (before.of(name) > after.of(name)) {
                found.add(Action.UPDATE_SCALE_DOWN);
            } else if (before.of(name) < after.of(name)) {
                found.add(Action.UPDATE_SCALE_UP);
            }
        }
    }
}
