package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.scheduler.core.ClusterChange.Action;
import io.j8s.scheduler.core.ClusterChange.Resource;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.Verdict;

import org.junit.jupiter.api.Test;

import java.util.Set;

/// Gated pods. Cases worked out by hand from the documented meaning.
final class SchedulingGatesTest {

    private final Cluster cluster = new Cluster();
    private final SchedulingGates plugin = new SchedulingGates();

    @Test
    void letsPodsWithoutGatesIn() {
        assertThat(plugin.preEnqueue(new PodInfo(cluster.pod(PodShapes::plain))))
                .isEqualTo(Verdict.Fits.FITS);
    }

    @Test
    void namesEveryGateThatIsLeft() {
        var gated =
                cluster.pod(p ->
                        p.editSpec()
                                .addNewSchedulingGate("example.com/quota")
                                .addNewSchedulingGate("example.com/storage")
                                .endSpec());

        assertThat(plugin.preEnqueue(new PodInfo(gated)))
                .isEqualTo(
                        new Verdict.Rejected(
                                "waiting for scheduling gates: [example.com/quota"
                                        + " example.com/storage]",
                                false));
    }

    @Test
    void looksAgainWhenThePodsOwnGatesAreGone() {
        assertThat(plugin.wakeUps()).hasSize(1);
        assertThat(plugin.wakeUps().getFirst().resource()).isEqualTo(Resource.TARGET_POD);
        assertThat(plugin.wakeUps().getFirst().actions())
                .isEqualTo(Set.of(Action.UPDATE_GATES_GONE));
    }
}
