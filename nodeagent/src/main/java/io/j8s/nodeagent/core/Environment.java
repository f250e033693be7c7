package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.FileKeySelector;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.api.ClusterApi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A container's environment: Services, then `envFrom`, then `env`, each able to hide the former.
/// upstream: makeEnvironmentVariables.
public final class Environment {

    private final ClusterApi api;
    private final DownwardApi.Context context;
    private final String namespace;
    private final Map<String, Path> volumes;
    private final Map<String, String> known;
    private final Map<String, String> own = new LinkedHashMap<>();

    private Environment(
            ClusterApi api,
            DownwardApi.Context context,
            Map<String, Path> volumes,
            Map<String, String> services) {
        this.api = api;
        this.volumes = volumes;
        this.context = context;
        this.namespace = context.pod().getMetadata().getNamespace();
        this.known = new LinkedHashMap<>(services);
    }

    /// @param volumes host path of each mounted volume
    /// @throws ConfigException when something that is not optional does not exist
    public static Map<String, String> of(
            ClusterApi api,
            DownwardApi.Context context,
            Map<String, Path> volumes,
            Container container,
            Map<String, String> services)
            throws ConfigException {
        var environment = new Environment(api, context, volumes, services);
        for (var source : container.getEnvFrom()) {
            environment.addAll(source);
        }
        environment.known.putAll(environment.own);
        for (var variable : container.getEnv()) {
            environment.add(variable, container);
        }
        services.forEach(environment.own::putIfAbsent);
        return environment.own;
    }

    private void addAll(EnvFromSource source) throws ConfigException {
        var prefix = source.getPrefix() == null ? "" : source.getPrefix();
        if (source.getConfigMapRef() != null) {
            var ref = source.getConfigMapRef();
            var found = api.configMap(new ObjectKey(namespace, ref.getName()));
            if (found.isEmpty() && !Boolean.TRUE.equals(ref.getOptional())) {
                throw missing("configmap", ref.getName());
            }
            found.map(map -> map.getData())
                    .ifPresent(
                            data -> new TreeMap<>(data).forEach((k, v) -> own.put(prefix + k, v)));
        }
        if (source.getSecretRef() != null) {
            var ref = source.getSecretRef();
            var found = api.secret(new ObjectKey(namespace, ref.getName()));
            if (found.isEmpty() && !Boolean.TRUE.equals(ref.getOptional())) {
                throw missing("secret", ref.getName());
            }
            found.map(secret -> secret.getData())
                    .ifPresent(data ->
                            new TreeMap<>(data).forEach((k, v) -> own.put(prefix + k, decoded(v))));
        }
    }

    private void add(EnvVar variable, Container container) throws ConfigException {
        var source = variable.getValueFrom();
        String value;
        if (source == null) {
            var text = variable.getValue();
            value = text == null ? "" : Expansion.expand(text, known);
        } else {
            var found = valueOf(source, container);
            if (found == null) {
                return; // optional, and not there
            }
            value = found;
        }
        known.put(variable.getName(), value);
        own.remove(variable.getName()); // the last definition also decides the place
        own.put(variable.getName(), value);
    }

    private @org.jspecify.annotations.Nullable String valueOf(
            EnvVarSource source, Container container) throws ConfigException {
        if (source.getFieldRef() != null) {
            return DownwardApi.field(context, source.getFieldRef().getFieldPath());
        }
        if (source.getResourceFieldRef() != null) {
            var asked = source.getResourceFieldRef().getContainerName();
            var target =
                    asked == null || asked.isEmpty()
                            ? container
                            : PodFacts.container(context.pod(), asked).orElse(container);
            return DownwardApi.resource(context, target, source.getResourceFieldRef());
        }
        if (source.getConfigMapKeyRef() != null) {
            var ref = source.getConfigMapKeyRef();
            boolean isOptional = Boolean.TRUE.equals(ref.getOptional());
            var found = api.configMap(new ObjectKey(namespace, ref.getName()));
            if (found.isEmpty() && !isOptional) {
                throw missing("configmap", ref.getName());
            }
            var value = found.map(map -> map.getData()).map(data -> data.get(ref.getKey()));
            if (value.isEmpty() && !isOptional) {
                throw missingKey(ref.getKey(), "ConfigMap", ref.getName());
            }
            return value.orElse(null);
        }
        if (source.getSecretKeyRef() != null) {
            var ref = source.getSecretKeyRef();
            boolean isOptional = Boolean.TRUE.equals(ref.getOptional());
            var found = api.secret(new ObjectKey(namespace, ref.getName()));
            if (found.isEmpty() && !isOptional) {
                throw missing("secret", ref.getName());
            }
            var value = found.map(secret -> secret.getData()).map(data -> data.get(ref.getKey()));
            if (value.isEmpty() && !isOptional) {
                throw missingKey(ref.getKey(), "Secret", ref.getName());
            }
            return value.map(Environment::decoded).orElse(null);
        }
        if (source.getFileKeyRef() != null) {
            return ofFile(source.getFileKeyRef());
        }
        throw ConfigException.ofContainer("env var source is not supported by this node");
    }

    /// What an init container wrote into a volume.
    private @org.jspecify.annotations.Nullable String ofFile(FileKeySelector ref)
            throws ConfigException {
        var volume = volumes.get(ref.getVolumeName());
        if (volume == null) {
            throw ConfigException.ofContainer(
                    "cannot find the volume \"%s\" referenced by FileKeyRef"
                            .formatted(ref.getVolumeName()));
        }
        var file = volume.resolve(ref.getPath());
        Optional<String> value;
        try {
            var real = file.toRealPath();
            if (!real.startsWith(volume.toRealPath())) {
                throw new IOException(real + " is outside of the volume");
            }
            value = EnvFile.value(Files.readString(real), ref.getKey());
        } catch (IOException | EnvFile.SyntaxException e) {
            throw new ConfigException("CreateContainerConfigError", "couldn't parse env file");
        }
        if (value.isEmpty() && !Boolean.TRUE.equals(ref.getOptional())) {
            throw ConfigException.ofContainer(
                    "environment variable key \"%s\" not found in file \"%s\""
                            .formatted(ref.getKey(), file));
        }
        return value.orElse(null);
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    private static ConfigException missing(String kind, String name) {
        return ConfigException.ofContainer("%s \"%s\" not found".formatted(kind, name));
    }

    private ConfigException missingKey(String key, String kind, String name) {
        return ConfigException.ofContainer(
                "couldn't find key %s in %s %s/%s".formatted(key, kind, namespace, name));
    }
}
