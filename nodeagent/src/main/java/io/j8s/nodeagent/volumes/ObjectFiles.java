package io.j8s.nodeagent.volumes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DownwardAPIVolumeFile;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Secret;
import io.j8s.nodeagent.core.ConfigException;
import io.j8s.nodeagent.core.DownwardApi;
import io.j8s.nodeagent.core.PodFacts;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The files that ConfigMaps, Secrets and the downward API become; shared by their own volume types
/// and the projected one.
final class ObjectFiles {

    static final int DEFAULT_MODE = 0644;

    private ObjectFiles() {}

    static void addConfigMap(
            Payload payload,
            VolumeContext context,
            String name,
            List<KeyToPath> items,
            int mode,
            boolean isOptional)
            throws VolumeException {
        var found = context.sources().configMap(name);
        if (found.isEmpty() && !isOptional) {
            throw new VolumeException("configmap \"%s\" not found".formatted(name));
        }
        var content = found.map(ObjectFiles::contentOf).orElseGet(Map::of);
        add(payload, content, items, mode, isOptional, "config");
    }

    static void addSecret(
            Payload payload,
            VolumeContext context,
            String name,
            List<KeyToPath> items,
            int mode,
            boolean isOptional)
            throws VolumeException {
        var found = context.sources().secret(name);
        if (found.isEmpty() && !isOptional) {
            throw new VolumeException("secret \"%s\" not found".formatted(name));
        }
        var content = found.map(ObjectFiles::contentOf).orElseGet(Map::of);
        add(payload, content, items, mode, isOptional, "secret");
    }

    static void addDownward(
            Payload payload, VolumeContext context, List<DownwardAPIVolumeFile> items, int mode)
            throws VolumeException {
        for (var item : items) {
            int own = item.getMode() == null ? mode : item.getMode();
            payload.put(item.getPath(), bytes(valueOf(item, context)), own);
        }
    }

    private static String valueOf(DownwardAPIVolumeFile item, VolumeContext context)
            throws VolumeException {
        try {
            if (item.getFieldRef() != null) {
                return DownwardApi.field(context.downward(), item.getFieldRef().getFieldPath());
            }
            var selector = item.getResourceFieldRef();
            var container =
                    PodFacts.container(context.pod(), selector.getContainerName())
                            .orElseThrow(() ->
                                    new VolumeException(
                                            "container "
                                                    + selector.getContainerName()
                                                    + " not found"));
            return DownwardApi.resource(context.downward(), container, selector);
        } catch (ConfigException e) {
            throw new VolumeException(e.getMessage(), e);
        }
    }

    private static Map<String, byte[]> contentOf(ConfigMap map) {
        var content = new HashMap<String, byte[]>();
        if (map.getData() != null) {
            map.getData().forEach((key, value) -> content.put(key, bytes(value)));
        }
        if (map.getBinaryData() != null) {
            map.getBinaryData()
                    .forEach((key, value) -> content.put(key, Base64.getDecoder().decode(value)));
        }
        return content;
    }

    private static Map<String, byte[]> contentOf(Secret secret) {
        var content = new HashMap<String, byte[]>();
        if (secret.getData() != null) {
            secret.getData()
                    .forEach((key, value) -> content.put(key, Base64.getDecoder().decode(value)));
        }
        return content;
    }

    private static void add(
            Payload payload,
            Map<String, byte[]> content,
            @Nullable List<KeyToPath> items,
            int mode,
            boolean isOptional,
            String kind)
            throws VolumeException {
        if (items == null || items.isEmpty()) {
            for (var entry : content.entrySet()) {
                payload.put(entry.getKey(), entry.getValue(), mode);
            }
            return;
        }
        for (var item : items) {
            var value = content.get(item.getKey());
            if (value != null) {
                payload.put(item.getPath(), value, item.getMode() == null ? mode : item.getMode());
            } else if (!isOptional) {
                throw new VolumeException(
                        "references non-existent %s key: %s".formatted(kind, item.getKey()));
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
