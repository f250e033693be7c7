package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.storage.CSINodeBuilder;
import io.fabric8.kubernetes.api.model.storage.StorageClassBuilder;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.machinery.timers.SystemTimers;

import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/// Claims, volumes and classes of a test, as informers would have them.
final class StoredVolumes {

    private final Informers informers =
            new Informers(new NoApi(), new SystemTimers(), new Random(1));
    private long version;

    ClusterVolumes cluster() {
        return new ClusterVolumes(informers);
    }

    Informers informers() {
        return informers;
    }

    <T extends HasMetadata> StoredVolumes with(Kind<T> kind, T object) {
        object.getMetadata().setResourceVersion(Long.toString(++version));
        object.getMetadata().setUid("uid-" + object.getMetadata().getName());
        informers.of(kind).put(object);
        return this;
    }

    StoredVolumes storageClass(String name, String provisioner, String mode) {
        return with(
                Kinds.STORAGE_CLASSES,
                new StorageClassBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withProvisioner(provisioner)
                        .withVolumeBindingMode(mode)
                        .build());
    }

    StoredVolumes claim(
            String name, String className, Consumer<PersistentVolumeClaimBuilder> more) {
        var builder =
                new PersistentVolumeClaimBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withStorageClassName(className)
                        .withAccessModes("ReadWriteOnce")
                        .withNewResources()
                        .withRequests(Map.of("storage", new Quantity("1Gi")))
                        .endResources()
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Pending")
                        .endStatus();
        more.accept(builder);
        return with(Kinds.CLAIMS, builder.build());
    }

    static Consumer<PersistentVolumeClaimBuilder> boundTo(String volume) {
        return claim -> {
            claim.editSpec().withVolumeName(volume).endSpec();
            claim.editMetadata()
                    .addToAnnotations("pv.kubernetes.io/bind-completed", "yes")
                    .endMetadata();
        };
    }

    StoredVolumes volume(String name, String className, Consumer<PersistentVolumeBuilder> more) {
        var builder =
                new PersistentVolumeBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withStorageClassName(className)
                        .withAccessModes("ReadWriteOnce")
                        .withCapacity(Map.of("storage", new Quantity("2Gi")))
                        .endSpec()
                        .withNewStatus()
                        .withPhase("Available")
                        .endStatus();
        more.accept(builder);
        return with(Kinds.PERSISTENT_VOLUMES, builder.build());
    }

    static Consumer<PersistentVolumeBuilder> onHost(String node) {
        return volume ->
                volume.editSpec()
                        .withNewNodeAffinity()
                        .withNewRequired()
                        .addNewNodeSelectorTerm()
                        .addNewMatchExpression()
                        .withKey("kubernetes.io/hostname")
                        .withOperator("In")
                        .withValues(node)
                        .endMatchExpression()
                        .endNodeSelectorTerm()
                        .endRequired()
                        .endNodeAffinity()
                        .endSpec();
    }

    StoredVolumes limit(String node, String driver, int count) {
        return with(
                Kinds.CSI_NODES,
                new CSINodeBuilder()
                        .withNewMetadata()
                        .withName(node)
                        .endMetadata()
                        .withNewSpec()
                        .addNewDriver()
                        .withName(driver)
                        .withNewAllocatable(count)
                        .endDriver()
                        .endSpec()
                        .build());
    }

    static Consumer<PodBuilder> using(String... claims) {
        return pod -> {
            for (String claim : claims) {
                pod.editSpec()
                        .addNewVolume()
                        .withName(claim)
                        .withNewPersistentVolumeClaim(claim, false)
                        .endVolume()
                        .endSpec();
            }
        };
    }
}
