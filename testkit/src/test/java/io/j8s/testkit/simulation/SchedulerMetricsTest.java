package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.j8s.controllers.runtime.Kinds;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;

/// What the scheduler counts, under upstream's names and labels, after pods of every fate.
class SchedulerMetricsTest {

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Simulation sim = new Simulation(1);
    private @Nullable SchedulerWorker worker;

    @BeforeEach
    void scheduleOneOfEach() {
        sim.withWorker(context -> {
            worker = new SchedulerWorker(context, sim.random(), registry);
            return worker;
        });
        DefaultNamespace.in(sim);
        for (var name : new String[] {"n0", "n1"}) {
            sim.api().create(Kinds.NODES, SmallNode.named(name));
        }
        pod("fits", "500m", _ -> {});
        pod("large", "40", _ -> {});
        pod("gated", "1", pod -> pod.editSpec().addNewSchedulingGate("wait").endSpec());
        sim.start();
        sim.settle(Duration.ofSeconds(5));
    }

    private void pod(String name, String cpu, Consumer<PodBuilder> more) {
        var builder =
                new PodBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withSchedulerName("default-scheduler")
                        .withPriority(7)
                        .addNewContainer()
                        .withName("c")
                        .withImage("x")
                        .withNewResources()
                        .addToRequests("cpu", new Quantity(cpu))
                        .addToLimits("memory", new Quantity("1Gi"))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Pending")
                        .endStatus();
        more.accept(builder);
        sim.api().create(Kinds.PODS, builder.build());
    }

    @Test
    void eachFateIsCounted() {
        var told = told(registry);
        assertThat(told)
                .containsEntry(
                        "scheduler_schedule_attempts{profile=default-scheduler,result=scheduled}",
                        1.0)
                .containsEntry("scheduler_pending_pods{queue=active}", 0.0)
                .containsEntry("scheduler_pending_pods{queue=gated}", 1.0)
                .containsEntry("scheduler_pending_pods{queue=unschedulable}", 1.0)
                .containsEntry("scheduler_queued_entities{queue=gated,type=pod}", 1.0)
                .containsEntry(
                        "scheduler_unschedulable_pods{plugin=NodeResourcesFit,profile=default-scheduler}",
                        1.0)
                .containsEntry(
                        "scheduler_unschedulable_pods{plugin=SchedulingGates,profile=default-scheduler}",
                        1.0)
                .containsEntry("scheduler_pod_scheduling_attempts{}", 1.0)
                .containsEntry("scheduler_goroutines{operation=binding}", 0.0)
                .containsEntry("scheduler_inflight_events{event=PodPopped}", 0.0)
                .containsEntry(
                        "scheduler_queue_incoming_pods{event=UnscheduledPodAdd,queue=active}", 2.0)
                .containsEntry(
                        "scheduler_queue_incoming_pods{event=UnscheduledPodAdd,queue=unschedulable}",
                        1.0);
    }

    @Test
    void filtersAreCountedForEachNodeThatWasAsked() {
        // the large pod may have been tried more than once; the other one asked both nodes
        assertThat(
                        told(registry)
                                .get(
                                        "scheduler_plugin_evaluation{extension_point=Filter,"
                                            + "plugin=NodeResourcesFit,profile=default-scheduler}"))
                .isGreaterThanOrEqualTo(4)
                .matches(count -> count % 2 == 0);
    }

    @Test
    void everyExtensionPointOfABoundPodIsMeasured() {
        assertThat(told(registry))
                .containsKeys(
                        point("PreEnqueue", "Success"),
                        point("PreFilter", "Success"),
                        point("Filter", "Success"),
                        point("PostFilter", "Unschedulable"),
                        point("PreScore", "Success"),
                        point("Score", "Success"),
                        point("Reserve", "Success"),
                        point("Permit", "Success"),
                        point("PreBindPreFlight", "Skip"),
                        point("PreBind", "Success"),
                        point("Bind", "Success"),
                        point("PostBind", "Success"),
                        "scheduler_plugin_execution_duration_seconds{extension_point=Filter,"
                                + "plugin=NodeResourcesFit,status=Success}",
                        "scheduler_event_handling_duration_seconds{event=NodeAdd}",
                        "scheduler_event_handling_duration_seconds{event=AssignedPodAdd}",
                        "scheduler_event_handling_duration_seconds{event=UnscheduledPodDelete}");
    }

    @Test
    void aNodesChangeIsToldByWhatChanged() {
        sim.api()
                .update(
                        Kinds.NODES,
                        new NodeBuilder(sim.api().all(Kinds.NODES).getFirst())
                                .editMetadata()
                                .addToLabels("disk", "fast")
                                .endMetadata()
                                .editOrNewSpec()
                                .addNewTaint("PreferNoSchedule", "slow", null, "")
                                .endSpec()
                                .build());
        sim.settle(Duration.ofSeconds(2));
        assertThat(told(registry))
                .containsKeys(
                        "scheduler_event_handling_duration_seconds{event=NodeUpdateNodeLabel}",
                        "scheduler_event_handling_duration_seconds{event=NodeUpdateNodeTaint}")
                .doesNotContainKey("scheduler_event_handling_duration_seconds{event=NodeUpdate}");
    }

    @Test
    void whatPluginsMayBeAskedIsThereBeforeTheyWere() {
        var untouched = new PrometheusRegistry();
        var idle =
                new Simulation(2)
                        .withWorker(
                                context -> new SchedulerWorker(context, sim.random(), untouched));
        idle.start();
        assertThat(told(untouched))
                .containsEntry(evaluations("PreFilter", "NodePorts"), 0.0)
                .containsEntry(evaluations("Filter", "NodeName"), 0.0)
                .containsEntry(evaluations("PreScore", "TaintToleration"), 0.0)
                .containsEntry(evaluations("Score", "ImageLocality"), 0.0)
                .doesNotContainKey(evaluations("PreScore", "ImageLocality"));
    }

    private static String evaluations(String point, String plugin) {
        return "scheduler_plugin_evaluation{extension_point=%s,plugin=%s,profile=default-scheduler}"
                .formatted(point, plugin);
    }

    private static String point(String name, String status) {
        return "scheduler_framework_extension_point_duration_seconds{extension_point=%s,"
                        .formatted(name)
                + "profile=default-scheduler,status=%s}".formatted(status);
    }

    @Test
    void resourcesOfPodsAreToldAsTheirSpecificationsSay() {
        var process = Objects.requireNonNull(worker);
        assertThat(told(process.podResources()))
                .containsEntry(
                        "kube_pod_resource_request{namespace=default,node=,pod=large,priority=7,"
                                + "resource=cpu,scheduler=default-scheduler,unit=cores}",
                        40.0)
                .containsEntry(
                        "kube_pod_resource_limit{namespace=default,node=,pod=gated,priority=7,"
                                + "resource=memory,scheduler=default-scheduler,unit=bytes}",
                        1024.0 * 1024 * 1024)
                .hasSize(6);
    }

    /// Values by name and labels; of a histogram how often it was observed.
    private static Map<String, Double> told(PrometheusRegistry registry) {
        var told = new TreeMap<String, Double>();
        for (var snapshot : registry.scrape()) {
            for (var point : snapshot.getDataPoints()) {
                told.put(snapshot.getMetadata().getName() + labels(point), value(point));
            }
        }
        return told;
    }

    private static String labels(DataPointSnapshot point) {
        var labels = new TreeMap<String, String>();
        point.getLabels().forEach(label -> labels.put(label.getName(), label.getValue()));
        return labels.toString().replace(", ", ",");
    }

    private static double value(DataPointSnapshot point) {
        return switch (point) {
            case GaugeSnapshot.GaugeDataPointSnapshot gauge -> gauge.getValue();
            case CounterSnapshot.CounterDataPointSnapshot counter -> counter.getValue();
            case HistogramSnapshot.HistogramDataPointSnapshot histogram ->
                    histogram.getClassicBuckets().stream()
                            .mapToDouble(bucket -> bucket.getCount())
                            .sum();
            default -> -1;
        };
    }
}
