package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.QueuedPod;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The order of the queue. Cases worked out by hand from the documented meaning.
final class PrioritySortTest {

    private final Cluster cluster = new Cluster();

    private QueuedPod queued(String name, @Nullable Integer priority, long since) {
        var pod =
                cluster.pod(p ->
                        p.editMetadata()
                                .withName(name)
                                .endMetadata()
                                .editSpec()
                                .withPriority(priority)
                                .endSpec());
        return new QueuedPod(new PodInfo(pod), 0, 0, 0, 0, since, Set.of(), "");
    }

    private static List<String> sorted(QueuedPod... pods) {
        return Stream.of(pods)
                .sorted(new PrioritySort().order())
                .map(queued -> queued.pod().key().name())
                .toList();
    }

    @Test
    void theMoreImportantGoFirstHoweverLateTheyCame() {
        assertThat(
                        sorted(
                                queued("low", -10, 1),
                                queued("high", 1000, 9),
                                queued("none", null, 2),
                                queued("critical", 2_000_001_000, 8)))
                .containsExactly("critical", "high", "none", "low");
    }

    @Test
    void equalsGoInTheOrderInWhichTheyCame() {
        assertThat(sorted(queued("third", 5, 30), queued("first", 5, -7), queued("second", 5, 29)))
                .containsExactly("first", "second", "third");
    }

    @Test
    void noPriorityIsPriorityZero() {
        assertThat(sorted(queued("zero", 0, 2), queued("none", null, 1)))
                .containsExactly("none", "zero");
    }
}
