package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.j8s.scheduler.core.ClusterCacheFixture;
import io.j8s.scheduler.core.FilterPlugin;
import io.j8s.scheduler.core.PodInfo;
import io.j8s.scheduler.core.ScorePlugin;
import io.j8s.scheduler.core.Snapshot;
import io.j8s.scheduler.core.Verdict;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/// A cluster in a test: nodes and pods by hand, and plugins asked about them.
final class Cluster {

    private final ClusterCacheFixture cache = new ClusterCacheFixture();
    private int pods;

    /// A node with 4 CPUs, 8 GiB and room for 110 pods, in a zone.
    Cluster node(String name, String zone) {
        return node(name, zone, _ -> {});
    }

    Cluster node(String name, String zone, Consumer<NodeBuilder> more) {
        var builder =
                new NodeBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withUid(name)
                        .addToLabels("kubernetes.io/hostname", name)
                        .addToLabels("topology.kubernetes.io/zone", zone)
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .withNewStatus()
                        .addToAllocatable("cpu", new Quantity("4"))
                        .addToAllocatable("memory", new Quantity("8Gi"))
                        .addToAllocatable("pods", new Quantity("110"))
                        .endStatus();
        more.accept(builder);
        Node node = builder.build();
        cache.node(node);
        return this;
    }

    /// A pod that runs on a node.
    Cluster running(String node, Consumer<PodBuilder> more) {
        cache.pod(new PodInfo(pod(more.andThen(p -> p.editSpec().withNodeName(node).endSpec()))));
        return this;
    }

    /// A pod without a node, labelled `app: web`, that requests nothing.
    Pod pod(Consumer<PodBuilder> more) {
        pods++;
        var builder =
                new PodBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName("p" + pods)
                        .withUid("u" + pods)
                        .addToLabels("app", "web")
                        .endMetadata()
                        .withNewSpec()
                        .withSchedulerName("default-scheduler")
                        .addNewContainer()
                        .withName("c")
                        .withImage("localhost/web:1")
                        .endContainer()
                        .endSpec()
                        .withNewStatus()
                        .endStatus();
        more.accept(builder);
        return builder.build();
    }

    static Consumer<PodBuilder> requests(String cpu, String memory) {
        return pod ->
                pod.editSpec()
                        .editFirstContainer()
                        .withNewResources()
                        .addToRequests("cpu", new Quantity(cpu))
                        .addToRequests("memory", new Quantity(memory))
                        .endResources()
                        .endContainer()
                        .endSpec();
    }

    Snapshot snapshot() {
        return cache.snapshot();
    }

    /// What a filter says of each node: `ok` or the reason.
    Map<String, String> filter(FilterPlugin plugin, Consumer<PodBuilder> pod) {
        return filter(plugin, pod(pod));
    }

    Map<String, String> filter(FilterPlugin plugin, Pod pod) {
        var said = new LinkedHashMap<String, String>();
        var preparation = plugin.preFilter(new PodInfo(pod), snapshot());
        for (var node : snapshot().nodes()) {
            said.put(
                    node.name(),
                    switch (preparation) {
                        case FilterPlugin.Preparation.Skip() -> "ok";
                        case FilterPlugin.Preparation.Rejected(var reason, _) -> reason;
                        case FilterPlugin.Preparation.Check(var check, var only) ->
                                only != null && !only.contains(node.name())
                                        ? "not asked"
                                        : text(check.filter(node));
                    });
        }
        return said;
    }

    /// How a filter turns down the only node.
    Verdict.Rejected rejection(FilterPlugin plugin, Consumer<PodBuilder> pod) {
        if (plugin.preFilter(new PodInfo(pod(pod)), snapshot())
                        instanceof FilterPlugin.Preparation.Check(var check, _)
                && check.filter(snapshot().nodes().getFirst())
                        instanceof Verdict.Rejected rejected) {
            return rejected;
        }
        throw new IllegalStateException("the node was not turned down");
    }

    /// Normalized scores by node; empty when the plugin does not care.
    Map<String, Long> score(ScorePlugin plugin, Consumer<PodBuilder> pod) {
        var nodes = snapshot().nodes();
        var said = new LinkedHashMap<String, Long>();
        plugin.preScore(new PodInfo(pod(pod)), nodes, snapshot())
                .ifPresent(score -> {
                    long[] scores = new long[nodes.size()];
                    for (int i = 0; i < scores.length; i++) {
                        scores[i] = score.score(nodes.get(i));
                    }
                    score.normalize(scores);
                    for (int i = 0; i < scores.length; i++) {
                        said.put(nodes.get(i).name(), scores[i]);
                    }
                });
        return said;
    }

    private static String text(Verdict verdict) {
        return verdict instanceof Verdict.Rejected rejected ? rejected.reason() : "ok";
    }
}
