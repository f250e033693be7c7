package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.AffinityBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.NodeSelectorRequirement;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.WeightedPodAffinityTermBuilder;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// Pods as tests of plugins need them.
final class PodShapes {

    private PodShapes() {}

    static void plain(PodBuilder pod) {
        // as it comes: labelled, without requests
    }

    static Consumer<PodBuilder> required(NodeSelectorRequirement rule) {
        return p ->
                p.editSpec()
                        .withNewAffinity()
                        .withNewNodeAffinity()
                        .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .addNewNodeSelectorTerm()
                        .withMatchExpressions(rule)
                        .endNodeSelectorTerm()
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endNodeAffinity()
                        .endAffinity()
                        .endSpec();
    }

    static Consumer<PodBuilder> hostPort(@Nullable String ip, int port) {
        return p ->
                p.editSpec()
                        .editFirstContainer()
                        .addNewPort()
                        .withHostIP(ip)
                        .withHostPort(port)
                        .withContainerPort(port)
                        .withProtocol("TCP")
                        .endPort()
                        .endContainer()
                        .endSpec();
    }

    static Consumer<PodBuilder> affinity(String app, String key) {
        return p ->
                p.editSpec()
                        .withNewAffinity()
                        .withNewPodAffinity()
                        .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .withLabelSelector(
                                new LabelSelectorBuilder().addToMatchLabels("app", app).build())
                        .withTopologyKey(key)
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endPodAffinity()
                        .endAffinity()
                        .endSpec();
    }

    static Consumer<PodBuilder> antiAffinity(String key) {
        return p ->
                p.editSpec()
                        .withNewAffinity()
                        .withNewPodAntiAffinity()
                        .addNewRequiredDuringSchedulingIgnoredDuringExecution()
                        .withLabelSelector(
                                new LabelSelectorBuilder().addToMatchLabels("app", "web").build())
                        .withTopologyKey(key)
                        .endRequiredDuringSchedulingIgnoredDuringExecution()
                        .endPodAntiAffinity()
                        .endAffinity()
                        .endSpec();
    }

    static Consumer<PodBuilder> spread(String key, int skew, @Nullable Integer minDomains) {
        return p ->
                p.editSpec()
                        .addNewTopologySpreadConstraint()
                        .withTopologyKey(key)
                        .withMaxSkew(skew)
                        .withMinDomains(minDomains)
                        .withWhenUnsatisfiable("DoNotSchedule")
                        .withLabelSelector(
                                new LabelSelectorBuilder().addToMatchLabels("app", "web").build())
                        .endTopologySpreadConstraint()
                        .endSpec();
    }

    static Consumer<PodBuilder> preferred(boolean together) {
        return p -> {
            var term =
                    new WeightedPodAffinityTermBuilder()
                            .withWeight(10)
                            .withNewPodAffinityTerm()
                            .withLabelSelector(
                                    new LabelSelectorBuilder()
                                            .addToMatchLabels("app", "web")
                                            .build())
                            .withTopologyKey("topology.kubernetes.io/zone")
                            .endPodAffinityTerm()
                            .build();
            var affinity = new AffinityBuilder();
            if (together) {
                affinity.withNewPodAffinity()
                        .addToPreferredDuringSchedulingIgnoredDuringExecution(term)
                        .endPodAffinity();
            } else {
                affinity.withNewPodAntiAffinity()
                        .addToPreferredDuringSchedulingIgnoredDuringExecution(term)
                        .endPodAntiAffinity();
            }
            p.editSpec().withAffinity(affinity.build()).endSpec();
        };
    }
}
