package io.j8s.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventSourcesTest {

    @Test
    void eventsNameUpstreamsComponents() {
        assertThat(EventSources.of("node-lifecycle-controller")).isEqualTo("node-controller");
        assertThat(EventSources.of("disruption-controller")).isEqualTo("controllermanager");
        assertThat(EventSources.of("deployment-controller")).isEqualTo("deployment-controller");
        assertThat(Controllers.all())
                .as("names that the table changes are names of controllers")
                .filteredOn(entry -> !EventSources.of(entry.name()).equals(entry.name()))
                .hasSize(10);
    }
}
