package io.j8s.nodeagent.volumes;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeSpec;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.nodeagent.core.PodFacts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/// A bound PersistentVolumeClaim whose volume lies on this node: `hostPath` or `local`. What other
/// kinds of volumes need (network file systems, CSI drivers) is refused by name. A claim of volume
/// mode Block is not mounted: its path is the device, which containers get as such.
///
/// @param name of the volume in the pod
record ClaimVolume(String name, String claim, boolean isEphemeral, VolumeContext context)
        implements PodVolume {

    private static final String BLOCK = "Block";

    @Override
    public Path mount() throws VolumeException, IOException {
        var key = new ObjectKey(context.namespace(), claim);
        var found =
                context.api()
                        .claim(key)
                        .orElseThrow(() ->
                                unprocessable(
                                        "failed to fetch PVC from API server:"
                                                + " persistentvolumeclaims \"%s\" not found"
                                                        .formatted(claim)));
        var meta = found.getMetadata();
        if (meta.getDeletionTimestamp() != null
                && !meta.getFinalizers().contains("kubernetes.io/pvc-protection")) {
            throw unprocessable("PVC is being deleted");
        }
        if (found.getStatus() == null || !"Bound".equals(found.getStatus().getPhase())) {
            throw unprocessable("PVC is not bound");
        }
        var name = found.getSpec().getVolumeName();
        if (name == null || name.isEmpty()) {
            throw unprocessable("PVC has empty pvc.Spec.VolumeName");
        }
        if (isEphemeral && !isOfPod(found)) {
            throw new VolumeException.Unprocessable(
                    "PVC %s was not created for pod %s/%s (pod is not owner)"
                            .formatted(
                                    key,
                                    context.namespace(),
                                    context.pod().getMetadata().getName()));
        }
        var volume =
                context.api()
                        .persistentVolume(name)
                        .orElseThrow(() ->
                                unprocessable(
                                        "failed to fetch PV %s from API server: persistentvolumes \"%s\" not found"
                                                .formatted(name, name)));
        var owner = volume.getSpec().getClaimRef();
        if (owner == null) {
            throw unprocessable(
                    "found PV object %s but it has a nil pv.Spec.ClaimRef indicating it is not yet bound to the claim"
                            .formatted(name));
        }
        if (!Objects.equals(owner.getUid(), meta.getUid())) {
            throw unprocessable(
                    "found PV object %s but its pv.Spec.ClaimRef.UID %s does not point to claim.UID %s"
                            .formatted(name, owner.getUid(), meta.getUid()));
        }
        return pathOf(volume, isBlock(found));
    }

    /// upstream: containers use a volume in the way that its claim says.
    private boolean isBlock(PersistentVolumeClaim found) throws VolumeException {
        var mode = found.getSpec().getVolumeMode();
        boolean isBlock = BLOCK.equals(mode);
        var containers = PodFacts.allContainers(context.pod());
        if (isBlock
                && containers.stream()
                        .flatMap(container -> container.getVolumeMounts().stream())
                        .anyMatch(mount -> name.equals(mount.getName()))) {
            throw new VolumeException.Unprocessable(
                    "volume %s has volumeMode Block, but is specified in volumeMounts"
                            .formatted(name));
        }
        if (!isBlock
                && containers.stream()
                        .flatMap(container -> container.getVolumeDevices().stream())
                        .anyMatch(device -> name.equals(device.getName()))) {
            throw new VolumeException.Unprocessable(
                    "volume %s has volumeMode %s, but is specified in volumeDevices"
                            .formatted(name, mode == null ? "Filesystem" : mode));
        }
        return isBlock;
    }

    /// upstream: of the volumes that lie on a node, only local ones can be devices.
    private static Path device(PersistentVolumeSpec spec) throws VolumeException, IOException {
        if (spec.getLocal() == null) {
            throw new VolumeException.Map(
                    "FindMapperPluginBySpec",
                    "failed to find BlockVolumeMapper plugin. Volume plugin is nil.");
        }
        var path = Path.of(spec.getLocal().getPath());
        if (!HostPathVolume.isBlockDevice(path)) {
            throw new VolumeException.Map(
                    "MapBlockVolume", "path \"%s\" is not a block device".formatted(path));
        }
        return path.toRealPath();
    }

    private VolumeException.Unprocessable unprocessable(String why) {
        return new VolumeException.Unprocessable(
                "error processing PVC %s/%s: %s".formatted(context.namespace(), claim, why));
    }

    private boolean isOfPod(PersistentVolumeClaim found) {
        return found.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner ->
                        Boolean.TRUE.equals(owner.getController())
                                && PodFacts.uid(context.pod()).equals(owner.getUid()));
    }

    private Path pathOf(PersistentVolume volume, boolean isBlock)
            throws VolumeException, IOException {
        var spec = volume.getSpec();
        if (isBlock && spec.getCsi() == null) {
            return device(spec);
        }
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
        if (spec.getCsi() != null) {
            throw new VolumeException.Device(
                    "kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: "
                            + Drivers.missing(spec.getCsi().getDriver()));
        }
        throw new VolumeException(
                "the kind of PersistentVolume \"%s\" is not supported by this node"
                        .formatted(volume.getMetadata().getName()));
    }
}
