package io.j8s.machinery.json;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.Config;
import io.fabric8.kubernetes.api.model.DaemonEndpoint;
import io.fabric8.kubernetes.api.model.Duration;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The fields of one model class. fabric8 makes these classes by one template: a private field per
/// property, named like it, mostly in the order in which they are written; empty lists and maps are
/// left out, and what is unknown is kept in `additionalProperties`. `ModelJsonTest` holds the
/// classes that are not like that against the list below.
final class ModelType {

    private static final String MODELS = "io.fabric8.kubernetes.api.model.";
    private static final String SCHEMAS = MODELS + "apiextensions.";
    private static final Set<Class<?>> ODD =
            Set.of(Config.class, Cluster.class, AuthInfo.class, Duration.class);
    private static final List<String> FIRST = List.of("apiVersion", "kind", "metadata");
    private static final Map<Class<?>, ModelType> KNOWN = new ConcurrentHashMap<>();

    /// @param isCollection left out when empty
    private record Member(String name, VarHandle field, ValueType type, boolean isCollection) {}

    private final MethodHandle constructor;
    private final Map<String, Member> byName = new HashMap<>();
    private final List<Member> members = new ArrayList<>();
    private final @Nullable VarHandle unknown;

    private ModelType(Class<?> type) throws ReflectiveOperationException {
        var lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
        this.constructor =
                lookup.findConstructor(type, MethodType.methodType(void.class))
                        .asType(MethodType.methodType(Object.class));
        VarHandle rest = null;
        for (var field : type.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                continue;
            }
            var handle = lookup.unreflectVarHandle(field);
            if (field.getName().equals("additionalProperties")) {
                rest = handle;
            } else {
                members.add(
                        new Member(
                                name(type, field),
                                handle,
                                ValueType.of(field.getGenericType()),
                                isCollection(field.getType())));
            }
        }
        members.sort(Comparator.comparingInt(member -> rank(member.name())));
        members.forEach(member -> byName.put(member.name(), member));
        this.unknown = rest;
    }

    /// @throws UnmodelledException when the class has rules of its own
    static ModelType of(Class<?> type) {
        var known = KNOWN.get(type);
        if (known != null) {
            return known;
        }
        if (!isPlain(type)) {
            throw new UnmodelledException(type.getName());
        }
        try {
            var made = new ModelType(type);
            KNOWN.put(type, made);
            return made;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a model class without its form: " + type, e);
        }
    }

    private static boolean isPlain(Class<?> type) {
        var name = type.getName();
        if (!name.startsWith(MODELS)
                || name.startsWith(SCHEMAS)
                || type.isEnum()
                || type.isInterface()
                || type.getSuperclass() != Object.class
                || ODD.contains(type)) {
            return false;
        }
        if (type == PartialObjectMetadata.class) {
            return true;
        }
        for (var field : type.getDeclaredFields()) {
            if (field.getName().equals("additionalProperties")) {
                return true;
            }
        }
        return false;
    }

    /// The property's name: a reserved word of Java has a line before it.
    private static String name(Class<?> type, Field field) {
        if (type == DaemonEndpoint.class) {
            return "Port";
        }
        var name = field.getName();
        return name.startsWith("_") ? name.substring(1) : name;
    }

    /// What an object is and what it is called is written first.
    private static int rank(String name) {
        var place = FIRST.indexOf(name);
        return place < 0 ? FIRST.size() : place;
    }

    private static boolean isCollection(Class<?> type) {
        return type == List.class || type == Map.class;
    }

    /// The parser stands on the object's start, and afterwards on its end.
    Object read(JsonParser parser) {
        var object = create();
        for (var name = parser.nextName(); name != null; name = parser.nextName()) {
            var token = parser.nextToken();
            var member = byName.get(name);
            if (member != null) {
                var value = member.type().read(parser);
                if (value != null || !member.isCollection()) {
                    member.field().set(object, value);
                }
            } else if (unknown != null) {
                keep(object, unknown, name, ValueType.Anything.INSTANCE.read(parser));
            } else if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
                parser.skipChildren();
            }
        }
        return object;
    }

    void write(JsonGenerator out, Object object) {
        out.writeStartObject();
        for (var member : members) {
            var value = member.field().get(object);
            if (value != null && !(member.isCollection() && isEmpty(value))) {
                out.writeName(member.name());
                ModelWriter.write(out, value);
            }
        }
        if (unknown != null && unknown.get(object) instanceof Map<?, ?> rest) {
            rest.forEach((name, value) -> {
                out.writeName(String.valueOf(name));
                ModelWriter.write(out, value);
            });
        }
        out.writeEndObject();
    }

    private static boolean isEmpty(Object value) {
        return value instanceof Collection<?> list
                ? list.isEmpty()
                : value instanceof Map<?, ?> map && map.isEmpty();
    }

    @SuppressWarnings("unchecked") // the template's type
    private static void keep(Object object, VarHandle field, String name, @Nullable Object value) {
        ((Map<String, @Nullable Object>) field.get(object)).put(name, value);
    }

    private Object create() {
        try {
            return constructor.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException("a model class that can't be made", e);
        }
    }
}
