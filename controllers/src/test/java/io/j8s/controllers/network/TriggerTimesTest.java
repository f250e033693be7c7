package io.j8s.controllers.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.j8s.controllers.runtime.Meta;

import org.junit.jupiter.api.Test;

import java.util.List;

class TriggerTimesTest {

    private static final String T0 = "2026-01-01T00:00:00Z";
    private static final String T1 = "2026-01-01T00:00:01Z";
    private static final String T2 = "2026-01-01T00:00:02Z";

    private static final Service SERVICE =
            new ServiceBuilder()
                    .withNewMetadata()
                    .withNamespace("default")
                    .withName("web")
                    .withCreationTimestamp(T0)
                    .endMetadata()
                    .build();

    private static Pod pod(String name, String readySince) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewStatus()
                .withConditions(
                        new PodConditionBuilder()
                                .withType("Ready")
                                .withStatus("True")
                                .withLastTransitionTime(readySince)
                                .build())
                .endStatus()
                .build();
    }

    @Test
    void tellsTheOldestChangeSinceTheLastLookAndNothingIfThereWasNone() {
        var times = new TriggerTimes();
        assertThat(times.next(SERVICE, List.of())).as("a new service").isEqualTo(T0);
        assertThat(times.next(SERVICE, List.of(pod("a", T2), pod("b", T1)))).isEqualTo(T1);
        assertThat(times.next(SERVICE, List.of(pod("a", T2), pod("b", T1)))).isNull();
        assertThat(times.next(SERVICE, List.of(pod("a", T2)))).as("one went").isNull();
        times.forget(Meta.key(SERVICE));
        assertThat(times.next(SERVICE, List.of(pod("a", T2)))).isEqualTo(T0);
    }
}
