package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.storage.CSIDriver;
import io.fabric8.kubernetes.api.model.storage.CSINode;
import io.fabric8.kubernetes.api.model.storage.CSIStorageCapacity;
import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.fabric8.kubernetes.api.model.storage.VolumeAttachment;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;

import java.util.List;
import java.util.Optional;

/// What the volume plugins know of claims, volumes, classes and CSI drivers, one for all profiles.
/// Safe for use by many threads.
public final class ClusterVolumes {

    private static final String BY_CLASS = "scheduler-storage-class";
    private static final String BY_NODE = "scheduler-node";

    private final AssumedObjects<PersistentVolumeClaim> claims;
    private final AssumedObjects<PersistentVolume> volumes;
    private final Informer<StorageClass> classes;
    private final Informer<CSINode> nodes;
    private final Informer<CSIDriver> drivers;
    private final Informer<CSIStorageCapacity> capacities;
    private final Informer<VolumeAttachment> attachments;

    public ClusterVolumes(Informers informers) {
        claims = new AssumedObjects<>(informers.of(Kinds.CLAIMS));
        var allVolumes = informers.of(Kinds.PERSISTENT_VOLUMES);
        allVolumes.index(BY_CLASS, volume -> List.of(VolumeRules.className(volume)));
        volumes = new AssumedObjects<>(allVolumes);
        classes = informers.of(Kinds.STORAGE_CLASSES);
        nodes = informers.of(Kinds.CSI_NODES);
        drivers = informers.of(Kinds.CSI_DRIVERS);
        capacities = informers.of(Kinds.CSI_CAPACITIES);
        attachments = informers.of(Kinds.VOLUME_ATTACHMENTS);
        attachments.index(
                BY_NODE, attachment -> List.of(Meta.orEmpty(attachment.getSpec().getNodeName())));
    }

    AssumedObjects<PersistentVolumeClaim> claims() {
        return claims;
    }

    AssumedObjects<PersistentVolume> volumes() {
        return volumes;
    }

    Optional<PersistentVolume> volume(String name) {
        return volumes.get(ObjectKey.clusterScoped(name));
    }

    List<PersistentVolume> ofClass(String name) {
        return volumes.byIndex(BY_CLASS, name);
    }

    Optional<StorageClass> storageClass(String name) {
        return classes.get(ObjectKey.clusterScoped(name));
    }

    Optional<CSINode> csiNode(String name) {
        return nodes.get(ObjectKey.clusterScoped(name));
    }

    Optional<CSIDriver> driver(String name) {
        return drivers.get(ObjectKey.clusterScoped(name));
    }

    List<CSIStorageCapacity> capacities() {
        return capacities.list();
    }

    List<VolumeAttachment> attachmentsOf(String node) {
        return attachments.byIndex(BY_NODE, node);
    }
}
