package io.j8s.nodeagent.volumes;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.j8s.machinery.meta.ObjectKey;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A bound PersistentVolumeClaim whose volume lies on this node: `hostPath` or `local`. What other
/// kinds of volumes need (network file systems, CSI drivers) is refused by name.
record ClaimVolume(String claim, VolumeContext context) implements PodVolume {

    @Override
    public Path mount() throws VolumeException, IOException {
        var found =
                context.api()
                        .claim(new ObjectKey(context.namespace(), claim))
                        .orElseThrow(() ->
                                new VolumeException(
                                        "persistentvolumeclaim \"%s\" not found".formatted(claim)));
        if (found.getMetadata().getDeletionTimestamp() != null) {
            throw new VolumeException("can't start pod because PVC is being deleted");
        }
        var name = found.getSpec().getVolumeName();
        boolean isBound = found.getStatus() != null && "Bound".equals(found.getStatus().getPhase());
        if (!isBound || name == null || name.isEmpty()) {
            throw new VolumeException("PVC is not bound");
        }
        var volume =
                context.api()
                        .persistentVolume(name)
                        .orElseThrow(() ->
                                new VolumeException(
                                        "persistentvolume \"%s\" not found".formatted(name)));
        return pathOf(volume);
    }

    private Path pathOf(PersistentVolume volume) throws VolumeException, IOException {
        var spec = volume.getSpec();
        if (spec.getHostPath() != null) {
            return new HostPathVolume(spec.getHostPath()).mount();
        }
        if (spec.getLocal() != null) {
            var path = Path.of(spec.getLocal().getPath());
            if (!Files.isDirectory(path)) {
                throw new VolumeException("path \"%s\" does not exist".formatted(path));
            }
            var group = context.fsGroup();
            if (group != null && !Ownership.isApplied(path, group, false)) {
                Ownership.apply(path, group, false);
            }
            return path;
        }
        throw new VolumeException(
                "the kind of PersistentVolume \"%s\" is not supported by this node"
                        .formatted(volume.getMetadata().getName()));
    }
}
