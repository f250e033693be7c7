package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceFieldSelector;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What pods may ask about themselves, in variables and files. Pure.
public final class DownwardApi {

    private static final Pattern SUBSCRIPT =
            Pattern.compile("metadata\\.(labels|annotations)\\['(.*)'\\]");

    /// @param podIps known once the sandbox exists
    /// @param nodeIps this node's addresses
    /// @param allocatable what stands in for a limit that is not set
    public record Context(
            Pod pod,
            List<String> podIps,
            List<String> nodeIps,
            Map<String, Quantity> allocatable) {}

    private DownwardApi() {}

    public static String field(Context context, String path) throws ConfigException {
        var meta = context.pod().getMetadata();
        var spec = context.pod().getSpec();
        var subscript = SUBSCRIPT.matcher(path);
        if (subscript.matches()) {
            var map =
                    subscript.group(1).equals("labels") ? meta.getLabels() : meta.getAnnotations();
            return map == null ? "" : map.getOrDefault(subscript.group(2), "");
        }
        return switch (path) {
            case "metadata.name" -> meta.getName();
            case "metadata.namespace" -> meta.getNamespace();
            case "metadata.uid" -> meta.getUid();
            case "metadata.labels" -> formatted(meta.getLabels());
            case "metadata.annotations" -> formatted(meta.getAnnotations());
            case "spec.nodeName" -> orEmpty(spec.getNodeName());
            case "spec.serviceAccountName" -> orEmpty(spec.getServiceAccountName());
            case "status.hostIP" -> first(context.nodeIps());
            case "status.hostIPs" -> String.join(",", context.nodeIps());
            case "status.podIP" -> first(context.podIps());
            case "status.podIPs" -> String.join(",", context.podIps());
            default -> throw ConfigException.ofContainer("unsupported fieldPath: " + path);
        };
    }

    /// `limits.cpu`, `requests.memory` and so on, divided and rounded up.
    ///
    /// @param container the one that is asked, or the one that asks
    public static String resource(
            Context context, Container container, ResourceFieldSelector selector)
            throws ConfigException {
        var path = selector.getResource();
        int dot = path.indexOf('.');
        var kind = dot < 0 ? "" : path.substring(0, dot);
        var resource = path.substring(dot + 1);
        var amount =
                switch (kind) {
                    case "limits" -> limit(context, container, resource);
                    case "requests" -> request(container, resource);
                    default ->
                            throw ConfigException.ofContainer(
                                    "unsupported container resource : " + path);
                };
        return divided(amount, selector.getDivisor()).toPlainString();
    }

    private static BigDecimal limit(Context context, Container container, String resource) {
        var resources = container.getResources();
        var limit = resources == null ? null : amount(resources.getLimits(), resource);
        if (limit != null && limit.signum() > 0) {
            return limit;
        }
        var all = amount(context.allocatable(), resource);
        return all == null ? BigDecimal.ZERO : all;
    }

    private static BigDecimal request(Container container, String resource) {
        var resources = container.getResources();
        var request = resources == null ? null : amount(resources.getRequests(), resource);
        return request == null ? BigDecimal.ZERO : request;
    }

    private static @Nullable BigDecimal amount(
            @Nullable Map<String, Quantity> amounts, String resource) {
        var quantity = amounts == null ? null : amounts.get(resource);
        return quantity == null ? null : quantity.getNumericalAmount();
    }

    private static BigDecimal divided(BigDecimal amount, @Nullable Quantity divisor) {
        var by = divisor == null ? BigDecimal.ZERO : divisor.getNumericalAmount();
        return amount.divide(by.signum() == 0 ? BigDecimal.ONE : by, 0, RoundingMode.CEILING);
    }

    /// One `key="value"` a line, sorted, the value quoted as Go does.
    static String formatted(@Nullable Map<String, String> map) {
        if (map == null) {
            return "";
        }
        var text = new StringBuilder();
        new TreeMap<>(map)
                .forEach((key, value) ->
                        text.append(text.isEmpty() ? "" : "\n")
                                .append(key)
                                .append("=\"")
                                .append(quoted(value))
                                .append('"'));
        return text.toString();
    }

    private static String quoted(String value) {
        var out = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x7f) {
                        out.append("\\x%02x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.toString();
    }

    private static String first(List<String> list) {
        return list.isEmpty() ? "" : list.getFirst();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
