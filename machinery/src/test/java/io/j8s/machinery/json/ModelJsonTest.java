package io.j8s.machinery.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import tools.jackson.core.JacksonException;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// fabric8's own mapper is the oracle.
final class ModelJsonTest {

    private static final int DEPTH_MAX = 1; // each class has its own turn
    private static final int SHARE = Boolean.getBoolean("j8s.soak") ? 1 : 4;
    private static final String MODELS = "io.fabric8.kubernetes.api.model.";

    private final KubernetesSerialization oracle = new KubernetesSerialization();

    /// Of every kind that fabric8 knows the classes below it, with every field; a quarter of them,
    /// or all with `-Dj8s.soak=true`: fabric8 takes its time for each.
    @Test
    void readsAndWritesEveryClassAsFabric8Does() throws Exception {
        var seen = new TreeSet<String>();
        var left = new TreeSet<String>();
        var different = new ArrayList<String>();
        for (var type : modelClasses()) {
            if (Math.floorMod(type.getName().hashCode(), SHARE) != 0) {
                continue;
            }
            var filled = filled(type, 0);
            seen.add(type.getName());
            String written;
            try {
                written = ModelJson.write(filled);
            } catch (UnmodelledException _) {
                left.add(type.getName());
                continue;
            }
            var expected = oracle.asJson(filled);
            if (!written.equals(expected)) {
                different.add(type + "\n  " + written + "\n  " + expected);
                continue;
            }
            try {
                var again = ModelJson.read(written.getBytes(StandardCharsets.UTF_8), type);
                if (!oracle.asJson(again).equals(expected)) {
                    different.add(type + " read\n  " + oracle.asJson(again) + "\n  " + expected);
                }
            } catch (UnmodelledException _) {
                left.add(type.getName());
            }
        }
        assertThat(different).isEmpty();
        assertThat(seen).hasSizeGreaterThan(900 / SHARE);
        left.removeIf(name -> name.startsWith(MODELS + "apiextensions."));
        assertThat(left)
                .isSubsetOf(
                        // never documents of their own, or lists of what nobody knows
                        MODELS + "Duration",
                        MODELS + "IntOrString",
                        MODELS + "KubernetesList",
                        MODELS + "MicroTime",
                        MODELS + "Quantity",
                        MODELS + "metrics.v1beta1.NodeMetrics",
                        MODELS + "metrics.v1beta1.PodMetrics");
    }

    private static List<Class<?>> modelClasses() throws IOException, ClassNotFoundException {
        var found = new LinkedHashMap<String, Class<?>>();
        var loader = ModelJsonTest.class.getClassLoader();
        var lists = loader.getResources("META-INF/services/" + KubernetesResource.class.getName());
        while (lists.hasMoreElements()) {
            try (var in = lists.nextElement().openStream()) {
                for (var line :
                        new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                    if (!line.isBlank()) {
                        add(found, Class.forName(line.strip()));
                    }
                }
            }
        }
        return List.copyOf(found.values());
    }

    private static void add(Map<String, Class<?>> found, Type type) {
        if (type instanceof ParameterizedType generic) {
            for (var argument : generic.getActualTypeArguments()) {
                add(found, argument);
            }
        } else if (type instanceof Class<?> model
                && model.getName().startsWith("io.fabric8.")
                && !model.isInterface()
                && !model.isEnum()
                && found.putIfAbsent(model.getName(), model) == null) {
            for (var field : fields(model)) {
                add(found, field.getGenericType());
            }
        }
    }

    private static List<Field> fields(Class<?> model) {
        return List.of(model.getDeclaredFields()).stream()
                .filter(field -> !Modifier.isStatic(field.getModifiers()))
                .toList();
    }

    private static Object filled(Class<?> model, int depth) throws ReflectiveOperationException {
        var object = model.getDeclaredConstructor().newInstance();
        for (var field : fields(model)) {
            field.setAccessible(true);
            var value = value(field.getGenericType(), field.getName(), depth);
            if (value != null) {
                field.set(object, value);
            }
        }
        return object;
    }

    private static @Nullable Object value(Type type, String name, int depth)
            throws ReflectiveOperationException {
        if (type instanceof ParameterizedType generic) {
            var arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == List.class) {
                var item = value(arguments[0], name, depth);
                var list = new ArrayList<>();
                if (item != null) {
                    list.add(item);
                }
                return list;
            }
            var map = new LinkedHashMap<String, Object>();
            if (name.equals("additionalProperties")) {
                map.put("unknown", List.of(1, 2.5, "ä\"\n", true, Map.of("a", 5_000_000_000L)));
            } else {
                var item = value(arguments[1], name, depth);
                if (item != null) {
                    map.put("key", item);
                }
            }
            return map;
        }
        if (type == String.class) {
            return "text of " + name;
        } else if (type == Integer.class) {
            return 7;
        } else if (type == Long.class) {
            return 7_000_000_000L;
        } else if (type == Double.class) {
            return 1.5;
        } else if (type == Boolean.class) {
            return false;
        } else if (type == Quantity.class) {
            return new Quantity("250", "Mi");
        } else if (type == IntOrString.class) {
            return depth % 2 == 0 ? new IntOrString(80) : new IntOrString("50%");
        } else if (type == MicroTime.class) {
            return new MicroTime("2026-01-02T03:04:05.000006Z");
        } else if (type == ZonedDateTime.class) {
            return ZonedDateTime.of(2026, 1, 2, 3, 4, 5, 6000, ZoneId.of("UTC"));
        } else if (type instanceof Class<?> model
                && model.getName().startsWith("io.fabric8.")
                && !model.isInterface()
                && !model.isEnum()
                && depth < DEPTH_MAX) {
            return filled(model, depth + 1);
        }
        return null;
    }

    @Test
    void leavesToFabric8WhatHasRulesOfItsOwn() {
        assertThatThrownBy(() -> read("{}", CustomResourceDefinition.class))
                .isInstanceOf(UnmodelledException.class);
        assertThatThrownBy(() -> read("{\"metadata\":{\"generation\":\"7\"}}", Pod.class))
                .isInstanceOf(UnmodelledException.class);
    }

    @Test
    void keepsDefaultsOfListsThatAreNullOrAbsent() {
        var pod = read("{\"spec\":{\"containers\":null,\"nodeName\":null}}", Pod.class);

        assertThat(pod.getSpec().getContainers()).isEmpty();
        assertThat(pod.getSpec().getNodeName()).isNull();
        assertThat(pod.getKind()).isEqualTo("Pod");
    }

    @Test
    void readsWhatHasNoPlaceForUnknownFields() {
        var found =
                read(
                        "{\"kind\":\"Pod\",\"spec\":{\"a\":[1]},\"metadata\":{\"name\":\"x\"}}",
                        PartialObjectMetadata.class);

        assertThat(found.getMetadata().getName()).isEqualTo("x");
    }

    @Test
    void readsAPartOfTheBytes() {
        var bytes = "[{\"data\":{\"a\":\"b\"}},{}]".getBytes(StandardCharsets.UTF_8);

        assertThat(ModelJson.read(bytes, 1, 18, ConfigMap.class).getData()).containsEntry("a", "b");
    }

    @Test
    void writesPatchesOfMapsWithModelsInThem() {
        var quantity = new Quantity("1500m");
        var patch = new LinkedHashMap<String, Object>();
        patch.put("status", Map.of("capacity", Map.of("cpu", quantity)));
        patch.put("gone", null);

        assertThat(ModelJson.write(patch))
                .isEqualTo("{\"status\":{\"capacity\":{\"cpu\":\"1500m\"}},\"gone\":null}");
    }

    @Test
    void refusesWhatIsNoJson() {
        assertThatThrownBy(() -> read("{\"kind\":", Node.class))
                .isInstanceOf(JacksonException.class);
    }

    private static <T> T read(String text, Class<T> type) {
        return ModelJson.read(text.getBytes(StandardCharsets.UTF_8), type);
    }
}
