package io.j8s.scheduler.config;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// An object of the configuration file, read field by field: what nobody asked for is unknown, and
/// a value of another type is refused in the words of Go's decoder.
final class ConfigNode {

    private final Map<String, @Nullable Object> fields;
    private final String struct;
    private final String path;
    private final Set<String> known = new HashSet<>();
    private final List<String> unknown;

    /// @param struct Go's type, which its decoder names
    private ConfigNode(
            Map<String, @Nullable Object> fields,
            String struct,
            String path,
            List<String> unknown) {
        this.fields = fields;
        this.struct = struct;
        this.path = path;
        this.unknown = unknown;
    }

    static ConfigNode root(String struct, Map<String, @Nullable Object> fields) {
        return new ConfigNode(fields, struct, "", new ArrayList<>());
    }

    boolean has(String name) {
        known.add(name);
        return fields.get(name) != null;
    }

    @Nullable String text(String name) throws ConfigurationException {
        Object value = get(name);
        if (value != null && !(value instanceof String)) {
            throw wrongType(name, value, "string");
        }
        return (String) value;
    }

    @Nullable Boolean truth(String name) throws ConfigurationException {
        return truth("", name);
    }

    /// @param embedded the Go type whose field it is, with a dot, where Go embeds one in another
    @Nullable Boolean truth(String embedded, String name) throws ConfigurationException {
        Object value = get(name);
        if (value != null && !(value instanceof Boolean)) {
            throw wrongType(embedded + name, value, "bool");
        }
        return (Boolean) value;
    }

    @Nullable Long number(String name, String goType) throws ConfigurationException {
        Object value = get(name);
        return switch (value) {
            case null -> null;
            case Integer small -> (long) small;
            case Long large when !goType.equals("int32") || large == large.intValue() -> large;
            case Long large -> throw wrongKind(name, "number " + large, goType);
            case Double whole when whole == Math.rint(whole) && Math.abs(whole) < 1e9 ->
                    whole.longValue();
            default -> throw wrongType(name, value, goType);
        };
    }

    @Nullable Double decimal(String name, String goType) throws ConfigurationException {
        Object value = get(name);
        return switch (value) {
            case null -> null;
            case Number number -> number.doubleValue();
            default -> throw wrongType(name, value, goType);
        };
    }

    int number(String name, int otherwise) throws ConfigurationException {
        Long value = number(name, "int32");
        return value == null ? otherwise : Math.toIntExact(value);
    }

    @Nullable ConfigNode object(String name, String goType) throws ConfigurationException {
        Object value = get(name);
        return value == null ? null : child(value, name, path + name, goType);
    }

    List<ConfigNode> objects(String name, String goType) throws ConfigurationException {
        var found = new ArrayList<ConfigNode>();
        Object value = get(name);
        if (value == null) {
            return found;
        }
        if (!(value instanceof List<?> list)) {
            throw wrongType(name, value, "[]v1." + goType);
        }
        for (int i = 0; i < list.size(); i++) {
            found.add(child(list.get(i), name, path + name + "[" + i + "]", goType));
        }
        return found;
    }

    List<String> texts(String name) throws ConfigurationException {
        Object value = get(name);
        var found = new ArrayList<String>();
        if (value == null) {
            return found;
        }
        if (!(value instanceof List<?> list)) {
            throw wrongType(name, value, "[]string");
        }
        for (Object each : list) {
            if (!(each instanceof String text)) {
                throw wrongType(name, each, "string");
            }
            found.add(text);
        }
        return found;
    }

    /// The value as it stands, for types that are read elsewhere.
    @Nullable Object raw(String name) {
        return get(name);
    }

    /// Fields that nobody asked for, of this object and all below, once everything was read.
    List<String> unknownFields() {
        var all = new ArrayList<String>();
        for (String name : new TreeSet<>(fields.keySet())) {
            if (!known.contains(name)) {
                all.add("unknown field \"%s\"".formatted(path + name));
            }
        }
        all.addAll(unknown);
        return all;
    }

    /// Reads an object completely: what is left over in it is noted here.
    void finish(ConfigNode child) {
        unknown.addAll(child.unknownFields());
    }

    private @Nullable Object get(String name) {
        known.add(name);
        return fields.get(name);
    }

    private ConfigNode child(@Nullable Object value, String name, String at, String goType)
            throws ConfigurationException {
        if (!(value instanceof Map<?, ?> map)) {
            throw wrongType(name, value, "v1." + goType);
        }
        return new ConfigNode(named(map), goType, at + ".", new ArrayList<>());
    }

    static Map<String, @Nullable Object> named(Map<?, ?> map) {
        var named = new LinkedHashMap<String, @Nullable Object>();
        map.forEach((key, value) -> named.put(String.valueOf(key), value));
        return named;
    }

    /// `json: cannot unmarshal string into Go struct field KubeSchedulerConfiguration.parallelism
    /// of type int32`
    private ConfigurationException wrongType(String name, @Nullable Object value, String goType) {
        return wrongKind(name, kind(value), goType);
    }

    private ConfigurationException wrongKind(String name, String kind, String goType) {
        String at = path.replaceAll("\\[\\d+\\]", ""); // Go counts no elements here
        return new ConfigurationException(
                "json: cannot unmarshal %s into Go struct field %s.%s%s of type %s"
                        .formatted(kind, struct, at, name, goType));
    }

    /// JSON's name of a value's type, as Go's decoder tells it.
    static String kind(@Nullable Object value) {
        return switch (value) {
            case String _ -> "string";
            case Boolean _ -> "bool";
            case Integer _, Long _ -> "number";
            case Double fraction -> "number " + fraction;
            case List<?> _ -> "array";
            case null, default -> "object";
        };
    }
}
