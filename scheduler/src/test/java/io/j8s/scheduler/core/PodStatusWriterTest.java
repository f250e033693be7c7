package io.j8s.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.j8s.controllers.runtime.Kind;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.scheduler.plugins.NoApi;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/// What is written into a waiting pod's status, and when nothing is.
final class PodStatusWriterTest {

    private static final PodStatusWriter.Condition FULL =
            new PodStatusWriter.Condition("PodScheduled", "False", "Unschedulable", "full");

    private final SystemTimers timers = new SystemTimers();
    private final List<String> patches = new ArrayList<>();
    private final PodStatusWriter writer =
            new PodStatusWriter(
                    new NoApi() {
                        @Override
                        @SuppressWarnings("TypeParameterUnusedInFormals")
                        public <T extends HasMetadata> T patch(
                                Kind<T> kind, ObjectKey key, Patch patch) {
                            patches.add(patch.body());
                            return kind.type().cast(pod(1));
                        }
                    },
                    timers);

    @AfterEach
    void end() {
        timers.close();
    }

    @Test
    void whatTheStatusSaysIsNotWrittenAgainForALaterGeneration() {
        writer.write(pod(2), FULL, "");

        assertThat(patches).isEmpty();
    }

    @Test
    void theGenerationIsToldWithANomination() {
        writer.write(pod(2), FULL, "n1");

        assertThat(patches)
                .singleElement()
                .asString()
                .contains("\"observedGeneration\":2", "\"nominatedNodeName\":\"n1\"");
    }

    private static Pod pod(long generation) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .withNamespace("default")
                .withUid("p")
                .withGeneration(generation)
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("PodScheduled")
                .withStatus("False")
                .withReason("Unschedulable")
                .withMessage("full")
                .withObservedGeneration(1L)
                .endCondition()
                .endStatus()
                .build();
    }
}
