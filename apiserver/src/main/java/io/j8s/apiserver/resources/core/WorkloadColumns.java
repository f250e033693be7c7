package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.j8s.apiserver.registry.Column;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The wide columns that all workloads with a pod template share.
public final class WorkloadColumns {

    private WorkloadColumns() {}

    /// `Containers`, `Images` and `Selector` of the wide table.
    public static <T extends HasMetadata> List<Column<T>> containersImagesSelector(
            Function<T, @Nullable PodTemplateSpec> template, Function<T, String> selector) {
        return List.of(
                Column.wide(
                        "Containers",
                        "Names of each container in the template.",
                        object -> join(template.apply(object), c -> c.getName())),
                Column.wide(
                        "Images",
                        "Images referenced by each container in the template.",
                        object -> join(template.apply(object), c -> c.getImage())),
                Column.wide("Selector", "Which pods belong to it", selector::apply));
    }

    /// A label selector as kubectl prints it: `<none>` for none or an empty one.
    public static String print(@Nullable LabelSelector selector) {
        if (selector == null) {
            return "<none>";
        }
        var parts = new ArrayList<String>();
        new TreeMap<>(selector.getMatchLabels())
                .forEach((key, value) -> parts.add(key + "=" + value));
        for (var requirement : selector.getMatchExpressions()) {
            String values =
                    requirement.getValues().stream().sorted().collect(Collectors.joining(","));
            parts.add(
                    switch (requirement.getOperator()) {
                        case "In" -> requirement.getKey() + " in (" + values + ")";
                        case "NotIn" -> requirement.getKey() + " notin (" + values + ")";
                        case "DoesNotExist" -> "!" + requirement.getKey();
                        default -> requirement.getKey();
                    });
        }
        parts.sort(null);
        return parts.isEmpty() ? "<none>" : String.join(",", parts);
    }

    /// A map selector as kubectl prints it: `<none>` for none or an empty one.
    public static String print(@Nullable Map<String, String> selector) {
        if (selector == null || selector.isEmpty()) {
            return "<none>";
        }
        return new TreeMap<>(selector)
                .entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(","));
    }

    private static String join(
            @Nullable PodTemplateSpec template,
            Function<io.fabric8.kubernetes.api.model.Container, String> field) {
        if (template == null || template.getSpec() == null) {
            return "";
        }
        return template.getSpec().getContainers().stream()
                .map(container -> java.util.Objects.requireNonNullElse(field.apply(container), ""))
                .collect(Collectors.joining(","));
    }
}
