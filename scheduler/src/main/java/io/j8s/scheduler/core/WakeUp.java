package io.j8s.scheduler.core;

import java.util.function.BiPredicate;

/// A kind of change in the cluster after which a rejected pod may be worth another try, with a hint
/// that looks at the change itself.
///
/// @param isWorthATry given the waiting pod and the change
public record WakeUp(ClusterChange.Type type, BiPredicate<PodInfo, ClusterChange> isWorthATry) {

    public static WakeUp on(ClusterChange.Type type) {
        return new WakeUp(type, (_, _) -> true);
    }

    public static WakeUp onAnyNodeChange() {
        return on(ClusterChange.Type.NODE);
    }

    public static WakeUp onPodDeletion() {
        return on(ClusterChange.Type.POD_DELETED);
    }
}
