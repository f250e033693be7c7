package io.j8s.controllers.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;

import org.junit.jupiter.api.Test;

import java.util.List;

class WrittenTest {

    private final Informer<ConfigMap> informer = new Informer<>(Kinds.CONFIG_MAPS);
    private final Written<ConfigMap> written = new Written<>(informer);

    @Test
    void isReadUntilTheCacheCatchesUp() {
        informer.put(map("u1", "5"));
        written.wrote(map("u1", "8"));
        written.wrote(map("u2", "9"));
        assertThat(versions()).containsExactly("8", "9");
        informer.put(map("u1", "8"));
        informer.put(map("u2", "9"));
        informer.put(map("u1", "10"));
        assertThat(versions()).containsExactly("10", "9");
    }

    /// The informer was faster than the answer: created and deleted before the writer knew.
    @Test
    void doesNotBringBackWhatWasDeletedBeforeTheAnswerCame() {
        informer.put(map("u1", "5"));
        informer.remove(map("u1", "6"));
        written.wrote(map("u1", "5"));
        assertThat(versions()).isEmpty();
    }

    @Test
    void doesNotBringBackWhatAListNoLongerHas() {
        written.wrote(map("u1", "5"));
        assertThat(versions()).containsExactly("5");
        informer.replace(List.of(), "6");
        assertThat(versions()).isEmpty();
    }

    @Test
    void seesWhatWasWrittenWhileTheCacheIsBeingRead() {
        written.wrote(map("u1", "5"));
        var read =
                written.over(
                        () -> {
                            var before = informer.list();
                            informer.put(map("u1", "5"));
                            return before;
                        },
                        _ -> true);
        assertThat(read).hasSize(1);
    }

    @Test
    void knowsTheNewestOfThreeStates() {
        var old = map("u1", "5");
        informer.put(map("u1", "7"));
        written.wrote(map("u1", "6"));
        assertThat(written.newest(old).getMetadata().getResourceVersion()).isEqualTo("7");
        written.wrote(map("u1", "8"));
        assertThat(written.newest(old).getMetadata().getResourceVersion()).isEqualTo("8");
        assertThat(written.newest(map("other", "1")).getMetadata().getUid()).isEqualTo("other");
    }

    private List<String> versions() {
        return written.over(informer::list, _ -> true).stream()
                .map(object -> object.getMetadata().getResourceVersion())
                .toList();
    }

    private static ConfigMap map(String uid, String version) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace("ns")
                .withName("m-" + uid)
                .withUid(uid)
                .withResourceVersion(version)
                .endMetadata()
                .build();
    }
}
