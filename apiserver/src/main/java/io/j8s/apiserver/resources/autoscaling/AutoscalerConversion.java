package io.j8s.apiserver.resources.autoscaling;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.apiserver.registry.Conversion;
import io.j8s.apiserver.schema.DecodeException;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// `autoscaling/v1` knows only a target CPU utilization; everything else that v2 says travels in
/// annotations (upstream: `pkg/apis/autoscaling/v1/conversion.go`).
final class AutoscalerConversion implements Conversion {

    static final Conversion V1 = new AutoscalerConversion();

    private static final String PREFIX = "autoscaling.alpha.kubernetes.io/";
    private static final String METRICS = PREFIX + "metrics";
    private static final String CURRENT_METRICS = PREFIX + "current-metrics";
    private static final String CONDITIONS = PREFIX + "conditions";
    private static final String BEHAVIOR = PREFIX + "behavior";
    private static final List<String> ROUND_TRIP =
            List.of(
                    METRICS,
                    CURRENT_METRICS,
                    CONDITIONS,
                    BEHAVIOR,
                    PREFIX + "scale-down-tolerance",
                    PREFIX + "scale-up-tolerance");

    /// For each source of a metric: field of v1 to path in v2.
    private static final Map<String, Map<String, String>> SPECS = sources("target");

    private static final Map<String, Map<String, String>> STATUSES = sources("current");

    private AutoscalerConversion() {}

    @Override
    public Tree toStored(Tree served, TypeSchema stored) {
        Tree out = Conversion.sameFields(served, stored);
        var sent = TreeMap.dynamic();
        var metrics = fromV1(annotation(served, METRICS), SPECS, "target");
        var target = served.number("spec.targetCPUUtilizationPercentage");
        if (target != null) {
            metrics.addValue(cpu("target", utilization(target)));
        }
        if (!metrics.isEmpty()) {
            sent.putValue("spec", holding("metrics", metrics));
        }
        if (annotation(served, BEHAVIOR) instanceof TreeMap behavior && !behavior.isEmpty()) {
            Object spec = sent.value("spec");
            var map = spec instanceof TreeMap found ? found : TreeMap.dynamic();
            map.putValue("behavior", renamed(behavior, false));
            sent.putValue("spec", map);
        }
        var status = TreeMap.dynamic();
        currentMetrics(served, status);
        if (annotation(served, CONDITIONS) instanceof TreeList conditions) {
            status.putValue("conditions", conditions);
        }
        if (!status.isEmpty()) {
            sent.putValue("status", status);
        }
        take(out, sent, stored);
        dropRoundTrip(out);
        return out;
    }

    @Override
    public Tree fromStored(Tree stored, TypeSchema served) {
        Tree out = Conversion.sameFields(stored, served);
        dropRoundTrip(out);
        var object = (TreeMap) JsonCodec.readDynamic(JsonCodec.write(stored));
        var spec = orEmpty(object.map("spec"));
        var status = orEmpty(object.map("status"));
        var others = TreeList.dynamic();
        for (Object metric : orEmpty(spec.list("metrics"))) {
            Object utilization = cpuValue(metric, "target");
            if (utilization == null) {
                others.addValue(toV1(metric, SPECS));
            } else if (!out.has("spec.targetCPUUtilizationPercentage")) {
                out.set("spec.targetCPUUtilizationPercentage", utilization);
            }
        }
        annotate(out, METRICS, others);
        var current = TreeList.dynamic();
        for (Object metric : orEmpty(status.list("currentMetrics"))) {
            Object utilization = cpuValue(metric, "current");
            if (utilization != null) {
                out.set("status.currentCPUUtilizationPercentage", utilization);
            }
            current.addValue(toV1(metric, STATUSES));
        }
        annotate(out, CURRENT_METRICS, current);
        annotate(out, CONDITIONS, orEmpty(status.list("conditions")));
        if (spec.map("behavior") instanceof TreeMap behavior) {
            // upstream marshals its internal type, whose fields have Go's names
            annotate(out, BEHAVIOR, renamed(behavior, true));
        }
        return out;
    }

    private static void currentMetrics(Tree served, TreeMap status) {
        var utilization = served.number("status.currentCPUUtilizationPercentage");
        if (annotation(served, CURRENT_METRICS) instanceof TreeList list) {
            status.putValue("currentMetrics", fromV1(list, STATUSES, "current"));
        } else if (utilization != null) {
            var current = TreeMap.dynamic().put("averageUtilization", utilization);
            var metrics = TreeList.dynamic();
            metrics.addValue(cpu("current", current));
            status.putValue("currentMetrics", metrics);
        }
    }

    /// Copies what stands in `sent` into the typed object.
    private static void take(Tree out, TreeMap sent, TypeSchema type) {
        Tree parsed = JsonCodec.read(JsonCodec.writeValue(sent), type).tree();
        for (String path :
                List.of(
                        "spec.metrics",
                        "spec.behavior",
                        "status.currentMetrics",
                        "status.conditions")) {
            if (parsed.has(path)) {
                out.ensure(path.substring(0, path.indexOf('.')));
                out.keep(path, parsed);
            }
        }
    }

    private static TreeMap cpu(String part, TreeMap value) {
        var resource = TreeMap.dynamic().put("name", "cpu");
        resource.putValue(part, value);
        var metric = TreeMap.dynamic().put("type", "Resource");
        metric.putValue("resource", resource);
        return metric;
    }

    private static TreeMap utilization(Object value) {
        return TreeMap.dynamic().put("type", "Utilization").put("averageUtilization", value);
    }

    /// The average CPU utilization of a resource metric; null for any other metric.
    private static @Nullable Object cpuValue(Object metric, String part) {
        if (metric instanceof TreeMap map
                && map.string("type", "").equals("Resource")
                && map.map("resource") instanceof TreeMap resource
                && resource.string("name", "").equals("cpu")
                && resource.map(part) instanceof TreeMap values) {
            return values.get("averageUtilization");
        }
        return null;
    }

    private static Object toV1(Object metric, Map<String, Map<String, String>> sources) {
        if (!(metric instanceof TreeMap map)) {
            return metric;
        }
        var out = TreeMap.dynamic().put("type", map.string("type", ""));
        sources.forEach((source, fields) -> {
            if (map.map(source) instanceof TreeMap from) {
                var to = TreeMap.dynamic();
                fields.forEach((v1, v2) -> to.put(v1, at(from, v2)));
                out.putValue(source, to);
            }
        });
        return out;
    }

    private static TreeList fromV1(
            @Nullable Object list, Map<String, Map<String, String>> sources, String part) {
        var out = TreeList.dynamic();
        if (list instanceof TreeList metrics) {
            for (Object metric : metrics) {
                if (metric instanceof TreeMap map) {
                    out.addValue(fromV1(map, sources, part));
                }
            }
        }
        return out;
    }

    private static TreeMap fromV1(
            TreeMap metric, Map<String, Map<String, String>> sources, String part) {
        var out = TreeMap.dynamic().put("type", metric.string("type", ""));
        sources.forEach((source, fields) -> {
            if (metric.map(source) instanceof TreeMap from) {
                var to = TreeMap.dynamic();
                fields.forEach((v1, v2) -> put(to, v2, from.get(v1)));
                if (part.equals("target")) {
                    put(to, "target.type", targetType(source, to.map("target")));
                }
                out.putValue(source, to);
            }
        });
        return out;
    }

    private static String targetType(String source, @Nullable TreeMap target) {
        if (target != null && target.has("averageUtilization")) {
            return "Utilization";
        }
        boolean average = target != null && target.has("averageValue");
        boolean isResource = source.equals("resource") || source.equals("containerResource");
        return average || isResource || source.equals("pods") ? "AverageValue" : "Value";
    }

    private static @Nullable Object at(TreeMap from, String path) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            return from.get(path);
        }
        var inner = from.map(path.substring(0, dot));
        return inner == null ? null : inner.get(path.substring(dot + 1));
    }

    private static void put(TreeMap to, String path, @Nullable Object value) {
        if (value == null) {
            return;
        }
        int dot = path.indexOf('.');
        if (dot < 0) {
            to.putValue(path, value);
            return;
        }
        String first = path.substring(0, dot);
        var inner = to.map(first);
        if (inner == null) {
            inner = TreeMap.dynamic();
            to.putValue(first, inner);
        }
        inner.putValue(path.substring(dot + 1), value);
    }

    /// Field names with their first letter in Go's case, or in JSON's.
    private static TreeMap renamed(TreeMap from, boolean toGo) {
        var out = TreeMap.dynamic();
        from.forEach((name, value) -> {
            char first = name.charAt(0);
            char cased = toGo ? Character.toUpperCase(first) : Character.toLowerCase(first);
            out.putValue(cased + name.substring(1), renamedValue(value, toGo));
        });
        return out;
    }

    private static Object renamedValue(Object value, boolean toGo) {
        if (value instanceof TreeMap map) {
            return renamed(map, toGo);
        }
        if (value instanceof TreeList list) {
            var out = TreeList.dynamic();
            for (Object item : list) {
                out.addValue(renamedValue(item, toGo));
            }
            return out;
        }
        return value;
    }

    private static @Nullable Object annotation(Tree object, String name) {
        var annotations = object.map("metadata.annotations");
        String text = annotations == null ? null : annotations.string(name);
        try {
            return text == null ? null : JsonCodec.readDynamic(text.getBytes(UTF_8));
        } catch (DecodeException _) {
            return null; // upstream ignores what it can't read
        }
    }

    private static void annotate(Tree object, String name, Object value) {
        boolean empty =
                (value instanceof TreeList list && list.isEmpty())
                        || (value instanceof TreeMap map && map.isEmpty());
        if (!empty) {
            object.ensureMap("metadata.annotations")
                    .put(name, new String(JsonCodec.writeValue(value), UTF_8));
        }
    }

    private static void dropRoundTrip(Tree object) {
        var annotations = object.map("metadata.annotations");
        if (annotations != null) {
            ROUND_TRIP.forEach(annotations::remove);
            if (annotations.isEmpty()) {
                object.remove("metadata.annotations");
            }
        }
    }

    private static TreeMap holding(String key, Object value) {
        var out = TreeMap.dynamic();
        out.putValue(key, value);
        return out;
    }

    private static TreeMap orEmpty(@Nullable TreeMap map) {
        return map == null ? TreeMap.dynamic() : map;
    }

    private static TreeList orEmpty(@Nullable TreeList list) {
        return list == null ? TreeList.dynamic() : list;
    }

    /// @param part `target` in specs, `current` in statuses
    private static Map<String, Map<String, String>> sources(String part) {
        String utilization = part + "AverageUtilization";
        String average = part + "AverageValue";
        return Map.of(
                "resource",
                Map.of(
                        "name",
                        "name",
                        utilization,
                        part + ".averageUtilization",
                        average,
                        part + ".averageValue"),
                "containerResource",
                Map.of(
                        "name",
                        "name",
                        "container",
                        "container",
                        utilization,
                        part + ".averageUtilization",
                        average,
                        part + ".averageValue"),
                "pods",
                Map.of(
                        "metricName",
                        "metric.name",
                        "selector",
                        "metric.selector",
                        average,
                        part + ".averageValue"),
                "object",
                Map.of(
                        "target",
                        "describedObject",
                        "metricName",
                        "metric.name",
                        "selector",
                        "metric.selector",
                        part + "Value",
                        part + ".value",
                        "averageValue",
                        part + ".averageValue"),
                "external",
                Map.of(
                        "metricName",
                        "metric.name",
                        "metricSelector",
                        "metric.selector",
                        part + "Value",
                        part + ".value",
                        average,
                        part + ".averageValue"));
    }
}
