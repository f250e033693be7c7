package io.j8s.controllers.gc;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.j8s.controllers.gc.GarbageCollector.Owners;
import io.j8s.controllers.gc.GarbageCollector.Plan;
import io.j8s.controllers.runtime.Kinds;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Set;

class GarbageRulesTest {

    @Test
    void livesAsLongAsOneOwnerLives() {
        var owners = new Owners(Set.of("a"), Set.of("b"), Set.of("c"));
        assertThat(GarbageCollector.plan(owners, List.of(), true, false))
                .isEqualTo(new Plan.DropReferences(Set.of("b", "c")));
        assertThat(
                        GarbageCollector.plan(
                                new Owners(Set.of("a"), Set.of(), Set.of()),
                                List.of(),
                                true,
                                false))
                .isEqualTo(new Plan.Leave());
    }

    @Test
    void goesInTheForegroundWithAnOwnerThatWaits() {
        var owners = new Owners(Set.of(), Set.of(), Set.of("c"));
        assertThat(GarbageCollector.plan(owners, List.of(), true, true))
                .isEqualTo(new Plan.Delete("Foreground", true));
        assertThat(GarbageCollector.plan(owners, List.of(), false, false))
                .isEqualTo(new Plan.Delete("Background", false));
    }

    @Test
    void ownFinalizersDecideHowItGoes() {
        var gone = new Owners(Set.of(), Set.of("b"), Set.of());
        assertThat(GarbageCollector.plan(gone, List.of("orphan"), true, false))
                .isEqualTo(new Plan.Delete("Orphan", false));
        assertThat(GarbageCollector.plan(gone, List.of("foregroundDeletion"), true, false))
                .isEqualTo(new Plan.Delete("Foreground", false));
    }

    @Test
    void graphAsksForDependentsOfWhatIsDeletedAndForThoseWithUnknownOwners() {
        var graph = new DependencyGraph();
        assertThat(graph.put(Kinds.CONFIG_MAPS, map("child", "owner")).check())
                .containsExactly("child");
        assertThat(graph.put(Kinds.CONFIG_MAPS, map("owner", "")).check()).isEmpty();
        assertThat(graph.put(Kinds.CONFIG_MAPS, map("other", "owner")).check()).isEmpty();
        assertThat(graph.remove("owner").check()).containsExactlyInAnyOrder("child", "other");
        assertThat(graph.size()).isEqualTo(2);
    }

    @Test
    void conditionsTellWhatRemains() {
        var round =
                new NamespaceController.Round(
                        "",
                        List.of(),
                        Map.of("pods.", 2, "widgets.example.com", 1),
                        Map.of("example.com/hold", 1),
                        15,
                        false);
        var conditions = NamespaceController.conditions(List.of(), round, "2030-01-01T00:00:00Z");
        assertThat(conditions)
                .extracting(c -> c.getType() + "=" + c.getStatus() + " " + c.getMessage())
                .containsExactly(
                        "NamespaceDeletionDiscoveryFailure=False All resources successfully"
                                + " discovered",
                        "NamespaceDeletionGroupVersionParsingFailure=False All legacy kube types"
                                + " successfully parsed",
                        "NamespaceDeletionContentFailure=False All content successfully deleted,"
                                + " may be waiting on finalization",
                        "NamespaceContentRemaining=True Some resources are remaining: pods. has 2"
                                + " resource instances, widgets.example.com has 1 resource"
                                + " instances",
                        "NamespaceFinalizersRemaining=True Some content in the namespace has"
                                + " finalizers remaining: example.com/hold in 1 resource"
                                + " instances");
    }

    private static ConfigMap map(String name, String owner) {
        var meta =
                new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withUid(name)
                        .withNamespace("ns");
        if (!owner.isEmpty()) {
            meta.withOwnerReferences(
                    new OwnerReferenceBuilder()
                            .withApiVersion("v1")
                            .withKind("ConfigMap")
                            .withName(owner)
                            .withUid(owner)
                            .build());
        }
        return meta.endMetadata().build();
    }
}
