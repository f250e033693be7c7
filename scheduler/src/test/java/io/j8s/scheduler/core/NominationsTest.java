package io.j8s.scheduler.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;

import org.junit.jupiter.api.Test;

/// What the status of a waiting pod says against what the scheduler knows.
final class NominationsTest {

    private final Nominations nominations = new Nominations();

    @Test
    void keepsANominationThatTheStatusDoesNotSayYet() {
        nominations.put(pod(""), "n1");
        nominations.update(pod(""), "");

        assertThat(nominations.nodeOf("a")).isEqualTo("n1");
    }

    /// A more important pod took the room: the promise must not go on to keep others away.
    @Test
    void forgetsANominationThatTheStatusSaidAndNoLongerSays() {
        nominations.put(pod("n1"), "n1");
        nominations.update(pod(""), "n1");

        assertThat(nominations.nodeOf("a")).isNull();
        assertThat(nominations.on("n1")).isEmpty();
    }

    private static PodInfo pod(String nominated) {
        return new PodInfo(
                new PodBuilder()
                        .withNewMetadata()
                        .withName("a")
                        .withUid("a")
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .withNewStatus()
                        .withNominatedNodeName(nominated.isEmpty() ? null : nominated)
                        .endStatus()
                        .build());
    }
}
