package io.j8s.apiserver.resources.autoscaling;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricStatus;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricTarget;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricValueStatus;
import io.j8s.apiserver.registry.Column;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What `kubectl get hpa` shows: upstream's `formatHPAMetrics` tells each metric as current/target.
final class AutoscalerColumns {

    private static final int METRICS_MAX = 2;
    private static final String UNKNOWN = "<unknown>";

    private AutoscalerColumns() {}

    static List<Column<HorizontalPodAutoscaler>> all() {
        return List.of(
                Column.text("Reference", "What is scaled", AutoscalerColumns::reference),
                Column.text("Targets", "Metrics: current/target", AutoscalerColumns::targets),
                Column.text("MinPods", "Fewest replicas", AutoscalerColumns::fewest),
                Column.text("MaxPods", "Most replicas", hpa -> hpa.getSpec().getMaxReplicas()),
                Column.text("Replicas", "Replicas last seen", AutoscalerColumns::replicas),
                Column.age());
    }

    private static String reference(HorizontalPodAutoscaler autoscaler) {
        var target = autoscaler.getSpec().getScaleTargetRef();
        return target == null ? "/" : target.getKind() + "/" + target.getName();
    }

    private static Object fewest(HorizontalPodAutoscaler autoscaler) {
        Integer fewest = autoscaler.getSpec().getMinReplicas();
        return fewest == null ? "<unset>" : fewest.toString();
    }

    private static Object replicas(HorizontalPodAutoscaler autoscaler) {
        Integer current = autoscaler.getStatus().getCurrentReplicas();
        return current == null ? 0 : current;
    }

    private static String targets(HorizontalPodAutoscaler autoscaler) {
        var specs = autoscaler.getSpec().getMetrics();
        if (specs.isEmpty()) {
            return "<none>";
        }
        var told = autoscaler.getStatus().getCurrentMetrics();
        // an empty list says null, as Go writes it
        List<MetricStatus> statuses = told == null ? List.of() : told;
        var texts = new ArrayList<String>();
        for (int i = 0; i < Math.min(specs.size(), METRICS_MAX); i++) {
            texts.add(target(specs.get(i), i < statuses.size() ? statuses.get(i) : null));
        }
        String shown = String.join(", ", texts);
        return specs.size() <= METRICS_MAX
                ? shown
                : shown + " + " + (specs.size() - METRICS_MAX) + " more...";
    }

    private static String target(MetricSpec spec, @Nullable MetricStatus status) {
        return switch (spec.getType()) {
            case "External" ->
                    amount(
                            spec.getExternal().getTarget(),
                            status == null || status.getExternal() == null
                                    ? null
                                    : status.getExternal().getCurrent());
            case "Object" ->
                    amount(
                            spec.getObject().getTarget(),
                            status == null || status.getObject() == null
                                    ? null
                                    : status.getObject().getCurrent());
            case "Pods" ->
                    average(
                            spec.getPods().getTarget(),
                            status == null || status.getPods() == null
                                    ? null
                                    : status.getPods().getCurrent());
            case "Resource" ->
                    spec.getResource().getName()
                            + ": "
                            + usage(
                                    spec.getResource().getTarget(),
                                    status == null || status.getResource() == null
                                            ? null
                                            : status.getResource().getCurrent());
            case "ContainerResource" ->
                    spec.getContainerResource().getName()
                            + ": "
                            + usage(
                                    spec.getContainerResource().getTarget(),
                                    status == null || status.getContainerResource() == null
                                            ? null
                                            : status.getContainerResource().getCurrent());
            default -> "<unknown type>";
        };
    }

    private static String amount(MetricTarget target, @Nullable MetricValueStatus current) {
        return target.getAverageValue() != null
                ? average(target, current) + " (avg)"
                : print(current == null ? null : current.getValue())
                        + "/"
                        + print(target.getValue());
    }

    private static String average(MetricTarget target, @Nullable MetricValueStatus current) {
        return print(current == null ? null : current.getAverageValue())
                + "/"
                + print(target.getAverageValue());
    }

    private static String usage(MetricTarget target, @Nullable MetricValueStatus current) {
        if (target.getAverageValue() != null) {
            return average(target, current);
        }
        Integer used = current == null ? null : current.getAverageUtilization();
        Integer wanted = target.getAverageUtilization();
        return (used == null ? UNKNOWN : used + "%")
                + "/"
                + (wanted == null ? "<auto>" : wanted + "%");
    }

    private static String print(@Nullable Quantity quantity) {
        return quantity == null ? UNKNOWN : quantity.toString();
    }
}
