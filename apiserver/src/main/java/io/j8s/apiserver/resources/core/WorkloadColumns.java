package io.j8s.apiserver.resources.core;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplate;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.j8s.apiserver.registry.Column;
import io.j8s.machinery.selectors.Selector;

import org.jspecify.annotations.Nullable;

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

    /// The columns of pod templates that stand for themselves.
    static List<Column<PodTemplate>> templates() {
        return List.of(
                Column.text(
                        "Containers",
                        "Names of each container in the template.",
                        object -> join(object.getTemplate(), c -> c.getName())),
                Column.text(
                        "Images",
                        "Images referenced by each container in the template.",
                        object -> join(object.getTemplate(), c -> c.getImage())),
                Column.text(
                        "Pod Labels",
                        "Labels of the template",
                        object ->
                                print(
                                        object.getTemplate() == null
                                                        || object.getTemplate().getMetadata()
                                                                == null
                                                ? null
                                                : object.getTemplate().getMetadata().getLabels())));
    }

    /// A label selector as kubectl prints it: `<none>` for none or an empty one, `<error>` for one
    /// that cannot be evaluated.
    public static String print(@Nullable LabelSelector selector) {
        try {
            String text = selector == null ? "" : Selector.of(selector).toString();
            return text.isEmpty() ? "<none>" : text;
        } catch (RuntimeException _) {
            return "<error>";
        }
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
        if (template == null
                || template.getSpec() == null
                || template.getSpec().getContainers() == null) {
            return "";
        }
        return template.getSpec().getContainers().stream()
                .map(container -> java.util.Objects.requireNonNullElse(field.apply(container), ""))
                .collect(Collectors.joining(","));
    }
}
