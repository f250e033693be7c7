package io.j8s.scheduler.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Taint;

import org.junit.jupiter.api.Test;

import java.util.Map;

/// Taints. Cases worked out by hand from the documented meaning.
final class TaintTolerationTest {

    @Test
    void keepsOffTaintsThatAreNotTolerated() {
        var cluster =
                new Cluster()
                        .node(
                                "tainted",
                                "z",
                                n ->
                                        n.editSpec()
                                                .withTaints(
                                                        new Taint("NoSchedule", "gpu", null, "yes"))
                                                .endSpec())
                        .node(
                                "soft",
                                "z",
                                n ->
                                        n.editSpec()
                                                .withTaints(
                                                        new Taint(
                                                                "PreferNoSchedule",
                                                                "gpu",
                                                                null,
                                                                "yes"))
                                                .endSpec());

        assertThat(cluster.filter(new TaintToleration(), PodShapes::plain))
                .isEqualTo(Map.of("tainted", "node(s) had untolerated taint(s)", "soft", "ok"));
        assertThat(
                        cluster.filter(
                                new TaintToleration(),
                                p ->
                                        p.editSpec()
                                                .addNewToleration()
                                                .withKey("gpu")
                                                .withOperator("Exists")
                                                .endToleration()
                                                .endSpec()))
                .isEqualTo(Map.of("tainted", "ok", "soft", "ok"));
    }

    @Test
    void prefersNodesWithFewerSoftTaints() {
        var cluster =
                new Cluster()
                        .node("clean", "z")
                        .node(
                                "soft",
                                "z",
                                n ->
                                        n.editSpec()
                                                .withTaints(
                                                        new Taint(
                                                                "PreferNoSchedule", "k", null, "v"))
                                                .endSpec());
        assertThat(cluster.score(new TaintToleration(), PodShapes::plain))
                .isEqualTo(Map.of("clean", 100L, "soft", 0L));
    }
}
