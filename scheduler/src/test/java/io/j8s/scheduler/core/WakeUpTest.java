package io.j8s.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;

import org.junit.jupiter.api.Test;

import java.util.Set;

/// Which changes a plugin hears of.
final class WakeUpTest {

    @Test
    void matchesTheActionsAskedFor() {
        var wakeUp = WakeUp.on(Resource.NODE, Action.ADD, Action.UPDATE_TAINT);

        assertThat(wakeUp.matches(change(Resource.NODE, Action.ADD))).isTrue();
        assertThat(wakeUp.matches(change(Resource.NODE, Action.UPDATE_TAINT))).isTrue();
        assertThat(wakeUp.matches(change(Resource.NODE, Action.UPDATE_NODE_LABEL))).isFalse();
        assertThat(wakeUp.matches(change(Resource.CLAIM, Action.ADD))).isFalse();
    }

    @Test
    void aPodsOwnStatusDoesNotWakeIt() {
        // else writing the condition of a rejected pod would try it again at once
        var scaledDown = WakeUp.on(Resource.TARGET_POD, Action.UPDATE_SCALE_DOWN);
        assertThat(scaledDown.matches(change(Resource.TARGET_POD, Action.UPDATE))).isFalse();
    }

    @Test
    void anyUpdateIsAnUpdate() {
        var wakeUp = WakeUp.on(Resource.NODE, Action.UPDATE);
        assertThat(wakeUp.matches(change(Resource.NODE, Action.UPDATE_TAINT))).isTrue();
        assertThat(wakeUp.matches(change(Resource.NODE, Action.DELETE))).isFalse();
    }

    private static ClusterChange change(Resource resource, Action action) {
        return new ClusterChange(resource, Set.of(action), null, null);
    }
}
