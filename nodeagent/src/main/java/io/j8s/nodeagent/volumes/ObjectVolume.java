package io.j8s.nodeagent.volumes;

import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.DownwardAPIVolumeSource;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSource;
import io.fabric8.kubernetes.api.model.SecretVolumeSource;
import io.j8s.nodeagent.linux.Libc;
import io.j8s.nodeagent.linux.Mounts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A volume whose files are made of API objects and follow them while the pod runs. Secrets and
/// tokens lie in memory only.
abstract sealed class ObjectVolume implements PodVolume {

    private final String type;
    private final String name;
    private final boolean isInMemory;
    final VolumeContext context;

    private ObjectVolume(String type, String name, boolean isInMemory, VolumeContext context) {
        this.type = type;
        this.name = name;
        this.isInMemory = isInMemory;
        this.context = context;
    }

    abstract Payload payload() throws VolumeException, InterruptedException;

    @Override
    public final Path mount() throws VolumeException, IOException, InterruptedException {
        var payload = payload(); // first: what is missing must leave nothing behind
        var directory = context.directory(type, name);
        Files.createDirectories(directory);
        if (isInMemory && !Mounts.isMountPoint(directory)) {
            Libc.mount("tmpfs", directory.toString(), "tmpfs", 0, "");
        }
        Files.setAttribute(directory, "unix:mode", 0777);
        AtomicWriter.write(
                directory, payload, fresh -> Ownership.apply(fresh, context.fsGroup(), false));
        return directory;
    }

    /// `configMap`
    static final class OfConfigMap extends ObjectVolume {
        private final ConfigMapVolumeSource source;

        OfConfigMap(String name, ConfigMapVolumeSource source, VolumeContext context) {
            super("configmap", name, false, context);
            this.source = source;
        }

        @Override
        Payload payload() throws VolumeException {
            var payload = new Payload();
            ObjectFiles.addConfigMap(
                    payload,
                    context,
                    source.getName(),
                    source.getItems(),
                    modeOr(source.getDefaultMode()),
                    Boolean.TRUE.equals(source.getOptional()));
            return payload;
        }
    }

    /// `secret`
    static final class OfSecret extends ObjectVolume {
        private final SecretVolumeSource source;

        OfSecret(String name, SecretVolumeSource source, VolumeContext context) {
            super("secret", name, true, context);
            this.source = source;
        }

        @Override
        Payload payload() throws VolumeException {
            var payload = new Payload();
            ObjectFiles.addSecret(
                    payload,
                    context,
                    source.getSecretName(),
                    source.getItems(),
                    modeOr(source.getDefaultMode()),
                    Boolean.TRUE.equals(source.getOptional()));
            return payload;
        }
    }

    /// `downwardAPI`
    static final class OfPod extends ObjectVolume {
        private final DownwardAPIVolumeSource source;

        OfPod(String name, DownwardAPIVolumeSource source, VolumeContext context) {
            super("downward-api", name, true, context);
            this.source = source;
        }

        @Override
        Payload payload() throws VolumeException {
            var payload = new Payload();
            ObjectFiles.addDownward(
                    payload, context, source.getItems(), modeOr(source.getDefaultMode()));
            return payload;
        }
    }

    /// `projected`: all of the others in one directory, and service account tokens.
    static final class Projected extends ObjectVolume {
        private static final int TOKEN_MODE = 0600;

        private final ProjectedVolumeSource source;

        Projected(String name, ProjectedVolumeSource source, VolumeContext context) {
            super("projected", name, true, context);
            this.source = source;
        }

        @Override
        Payload payload() throws VolumeException, InterruptedException {
            var payload = new Payload();
            int mode = modeOr(source.getDefaultMode());
            for (var part : source.getSources()) {
                if (part.getConfigMap() != null) {
                    var map = part.getConfigMap();
                    ObjectFiles.addConfigMap(
                            payload,
                            context,
                            map.getName(),
                            map.getItems(),
                            mode,
                            Boolean.TRUE.equals(map.getOptional()));
                } else if (part.getSecret() != null) {
                    var secret = part.getSecret();
                    ObjectFiles.addSecret(
                            payload,
                            context,
                            secret.getName(),
                            secret.getItems(),
                            mode,
                            Boolean.TRUE.equals(secret.getOptional()));
                } else if (part.getDownwardAPI() != null) {
                    ObjectFiles.addDownward(
                            payload, context, part.getDownwardAPI().getItems(), mode);
                } else if (part.getServiceAccountToken() != null) {
                    var wanted = part.getServiceAccountToken();
                    var token = context.tokens().token(context.pod(), wanted);
                    var user = context.onlyUser();
                    // upstream: readable by its user or group alone, when there is one
                    boolean isOwned = user != null || context.fsGroup() != null;
                    payload.put(
                            wanted.getPath(),
                            token.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                            isOwned ? TOKEN_MODE : mode,
                            user);
                } else {
                    throw new VolumeException(
                            "a source of this projected volume is not supported by this node");
                }
            }
            return payload;
        }
    }

    private static int modeOr(@org.jspecify.annotations.Nullable Integer mode) {
        return mode == null ? ObjectFiles.DEFAULT_MODE : mode;
    }
}
