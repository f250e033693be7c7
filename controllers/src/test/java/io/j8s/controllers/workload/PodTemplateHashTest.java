package io.j8s.controllers.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.ControllerRevision;
import io.fabric8.kubernetes.api.model.apps.ControllerRevisionBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// The dumps and hashes were made by upstream's own Go code (`src/gen/podtemplate`).
class PodTemplateHashTest {

    @ParameterizedTest
    @CsvSource({"a, 78bf6459c6", "b, 69899ccd4", "c, 77d9f4d7"})
    void equalsUpstreamsHash(String name, String hash) throws IOException {
        var json = read(name + ".json");
        var tree = new JsonMapper().readTree(json);
        var dump = GoDump.podTemplate(tree);
        var upstream = read(name + ".json.dump");
        int same = java.util.Arrays.mismatch(dump.toCharArray(), upstream.toCharArray());
        assertThat(same < 0 ? "" : dump.substring(Math.max(0, same - 60)).substring(0, 100))
                .as("where it differs from upstream")
                .isEmpty();
        assertThat(PodTemplateHash.of(tree, null)).isEqualTo(hash);
    }

    @ParameterizedTest
    @CsvSource({"a, 78bf6459c6", "b, 69899ccd4", "c, 77d9f4d7"})
    void equalsUpstreamsHashOnTheTypedTemplate(String name, String hash) throws IOException {
        var typed =
                new KubernetesSerialization()
                        .unmarshal(read(name + ".json"), PodTemplateSpec.class);
        assertThat(PodTemplateHash.of(typed, null)).isEqualTo(hash);
        assertThat(PodTemplateHash.of(typed, 1)).isNotEqualTo(hash);
    }

    /// As a v1.37.2 `kube-controller-manager` named and labelled them.
    @Test
    void revisionsAreNamedAsUpstreamNamesThem() throws IOException {
        var typed =
                new KubernetesSerialization()
                        .unmarshal(read("defaulted.json"), PodTemplateSpec.class);
        var data = Revisions.data(typed);
        var daemons = Revisions.Naming.DAEMON_SET;
        assertThat(daemons.label()).isEqualTo("controller-revision-hash");
        assertThat(daemons.hashing().of(typed, data, null)).isEqualTo("5d8c954d45");
        var ordered = Revisions.Naming.STATEFUL_SET;
        assertThat(ordered.label()).isEqualTo("controller.kubernetes.io/hash");
        assertThat(ordered.hashing().of(typed, data, 0)).isEqualTo("85d4744fbd");
    }

    /// What pods still use counts for a daemon set's limit.
    @Test
    void historyOfDaemonSetsIsTrimmedAroundWhatIsInUse() {
        var old = List.of(revision("a", 1), revision("b", 2), revision("c", 3), revision("d", 4));
        assertThat(Revisions.surplusOfAll(old, Set.of("a"), 2))
                .containsExactly(old.get(1), old.get(2));
        assertThat(Revisions.surplusOfAll(old, Set.of("a", "b", "c"), 2))
                .containsExactly(old.get(3));
        assertThat(Revisions.surplusOfAll(old, Set.of(), 4)).isEmpty();
        assertThat(Revisions.surplus(old, Set.of("a"), 2)).containsExactly(old.get(1));
    }

    private static ControllerRevision revision(String name, long number) {
        return new ControllerRevisionBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels(Revisions.HASH_LABEL, name)
                .endMetadata()
                .withRevision(number)
                .build();
    }

    /// The server writes members in Go's order on every patch, and data may not change.
    @Test
    void revisionsAreWrittenInGosOrder() throws IOException {
        var typed = new KubernetesSerialization().unmarshal(read("a.json"), PodTemplateSpec.class);
        var written = new JsonMapper().writeValueAsString(Revisions.sorted(Revisions.data(typed)));
        assertThat(written)
                .startsWith("{\"spec\":{\"template\":{\"$patch\":\"replace\",\"metadata\":");
    }

    private static String read(String file) throws IOException {
        try (var in = PodTemplateHashTest.class.getResourceAsStream("/podtemplate/" + file)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
