package io.j8s.scheduler.core;

import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;

import java.util.Set;
import java.util.function.BiPredicate;

/// A kind of change in the cluster after which a rejected pod may be worth another try, with a hint
/// that looks at the change itself (upstream: `ClusterEventWithHint`).
///
/// @param isWorthATry given the waiting pod and the change
public record WakeUp(
        Resource resource, Set<Action> actions, BiPredicate<PodInfo, ClusterChange> isWorthATry) {

    public WakeUp {
        actions = Set.copyOf(actions);
    }

    public static WakeUp on(Resource resource, Action... actions) {
        return new WakeUp(resource, Set.of(actions), (_, _) -> true);
    }

    public WakeUp when(BiPredicate<PodInfo, ClusterChange> hint) {
        return new WakeUp(resource, actions, hint);
    }

    boolean matches(ClusterChange change) {
        return resource == change.resource() && change.actions().stream().anyMatch(this::covers);
    }

    /// A change of nothing told apart matters only to those who care for any change.
    private boolean covers(Action action) {
        return actions.contains(action) || (action.isUpdate() && actions.contains(Action.UPDATE));
    }
}
