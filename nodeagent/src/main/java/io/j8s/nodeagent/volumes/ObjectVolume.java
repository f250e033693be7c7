package io.j8s.nodeagent.volumes;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.DownwardAPIVolumeSource;
import io.fabric8.kubernetes.api.model.PodCertificateProjection;
import io.fabric8.kubernetes.api.model.ProjectedVolumeSource;
import io.fabric8.kubernetes.api.model.SecretVolumeSource;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.j8s.nodeagent.linux.Libc;
import io.j8s.nodeagent.linux.Mounts;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;

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

    abstract Payload payload() throws VolumeException;

    @Override
    public final Path mount() throws VolumeException, IOException {
        var payload = payload(); // first: what is missing must leave nothing behind
        var directory = context.directory(type, name);
        Files.createDirectories(directory);
        if (isInMemory && !Mounts.isMountPoint(directory)) {
            Libc.mount("tmpfs", directory.toString(), "tmpfs", 0, "");
        }
        prepare(directory);
        write(directory, payload, context.fsGroup());
        return directory;
    }

    /// Opens it to all, and leaves its other bits: a file system in memory begins with the sticky
    /// one, a group has another.
    static void prepare(Path directory) throws IOException {
        int mode = (int) Files.getAttribute(directory, "unix:mode") & 07777;
        if ((mode & 0777) != 0777) {
            Files.setAttribute(directory, "unix:mode", mode | 0777);
        }
    }

    /// The whole volume gets the group: links that come later inherit it.
    static void write(Path directory, Payload payload, @Nullable Long group) throws IOException {
        AtomicWriter.write(directory, payload, () -> Ownership.apply(directory, group, false));
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

    /// `projected`: all of the others in one directory, and what only pods may have: tokens,
    /// certificates and who is trusted.
    static final class Projected extends ObjectVolume {
        private static final int OWNED_MODE = 0600;

        private final String name;
        private final ProjectedVolumeSource source;
        private final int mode;

        Projected(String name, ProjectedVolumeSource source, VolumeContext context) {
            super("projected", name, true, context);
            this.name = name;
            this.source = source;
            this.mode = modeOr(source.getDefaultMode());
        }

        /// upstream tells what is wrong with all sources, not only with the first.
        @Override
        Payload payload() throws VolumeException {
            var payload = new Payload();
            var problems = new LinkedHashSet<String>();
            int index = 0;
            for (var part : source.getSources()) {
                try {
                    add(payload, part, index++);
                } catch (VolumeException e) {
                    problems.add(String.valueOf(e.getMessage()));
                }
            }
            if (!problems.isEmpty()) {
                throw new VolumeException(
                        problems.size() == 1
                                ? problems.getFirst()
                                : "[" + String.join(", ", problems) + "]");
            }
            return payload;
        }

        private void add(Payload payload, VolumeProjection part, int index) throws VolumeException {
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
                ObjectFiles.addDownward(payload, context, part.getDownwardAPI().getItems(), mode);
            } else if (part.getServiceAccountToken() != null) {
                var wanted = part.getServiceAccountToken();
                var token = context.sources().token(wanted);
                addOwned(payload, wanted.getPath(), token.getBytes(StandardCharsets.UTF_8));
            } else if (part.getClusterTrustBundle() != null) {
                var wanted = part.getClusterTrustBundle();
                addOwned(payload, wanted.getPath(), TrustAnchors.of(context.api(), wanted));
            } else if (part.getPodCertificate() != null) {
                addCertificate(payload, part.getPodCertificate(), index);
            }
        }

        private void addCertificate(Payload payload, PodCertificateProjection wanted, int index)
                throws VolumeException {
            var bundle = context.certificates().bundle(context.pod(), name, index, wanted);
            var both = bundle.key() + bundle.chain();
            addOwned(payload, wanted.getCredentialBundlePath(), both.getBytes(US_ASCII));
            addOwned(payload, wanted.getKeyPath(), bundle.key().getBytes(US_ASCII));
            addOwned(payload, wanted.getCertificateChainPath(), bundle.chain().getBytes(US_ASCII));
        }

        /// upstream: readable by its user or group alone, when there is one
        private void addOwned(Payload payload, @Nullable String path, byte[] content)
                throws VolumeException {
            if (path == null || path.isEmpty()) {
                return;
            }
            var user = context.onlyUser();
            boolean isOwned = user != null || context.fsGroup() != null;
            payload.put(path, content, isOwned ? OWNED_MODE : mode, user);
        }
    }

    private static int modeOr(@Nullable Integer mode) {
        return mode == null ? ObjectFiles.DEFAULT_MODE : mode;
    }
}
