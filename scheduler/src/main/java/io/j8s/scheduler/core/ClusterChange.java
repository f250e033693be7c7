package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.HasMetadata;

import org.jspecify.annotations.Nullable;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/// Something changed that pods may have waited for (upstream: `ClusterEvent` with its objects).
///
/// @param actions what happened; several at once where an update touched several properties
/// @param before null for something new
/// @param after null for something deleted
public record ClusterChange(
        Resource resource,
        Set<Action> actions,
        @Nullable HasMetadata before,
        @Nullable HasMetadata after) {

    // made once: changes are many
    private static final Map<Resource, Map<Action, String>> LABELS = labels();

    private static Map<Resource, Map<Action, String>> labels() {
        var all = new EnumMap<Resource, Map<Action, String>>(Resource.class);
        for (var resource : Resource.values()) {
            var of = new EnumMap<Action, String>(Action.class);
            for (var action : Action.values()) {
                of.put(action, resource.label + action.label);
            }
            all.put(resource, of);
        }
        return all;
    }

    /// What kind of thing changed. `TARGET_POD` is the waiting pod itself.
    public enum Resource {
        NODE("Node"),
        ASSIGNED_POD("AssignedPod"),
        TARGET_POD("TargetPod"),
        CLAIM("PersistentVolumeClaim"),
        VOLUME("PersistentVolume"),
        STORAGE_CLASS("StorageClass"),
        CSI_NODE("CSINode"),
        CSI_DRIVER("CSIDriver"),
        CSI_CAPACITY("CSIStorageCapacity"),
        VOLUME_ATTACHMENT("VolumeAttachment"),
        RESOURCE_CLAIM("ResourceClaim"),
        DEVICE_CLASS("DeviceClass");

        private final String label;

        Resource(String label) {
            this.label = label;
        }
    }

    /// What happened to it. `UPDATE` is a change of none of the properties told apart, and in a
    /// [WakeUp] any change at all.
    public enum Action {
        ADD("Add"),
        DELETE("Delete"),
        UPDATE("Update"),
        UPDATE_ALLOCATABLE("UpdateNodeAllocatable"),
        UPDATE_NODE_LABEL("UpdateNodeLabel"),
        UPDATE_TAINT("UpdateNodeTaint"),
        UPDATE_CONDITION("UpdateNodeCondition"),
        UPDATE_ANNOTATION("UpdateNodeAnnotation"),
        UPDATE_DECLARED_FEATURE("UpdateNodeDeclaredFeature"),
        UPDATE_POD_LABEL("UpdatePodLabel"),
        UPDATE_SCALE_DOWN("UpdatePodScaleDown"),
        UPDATE_SCALE_UP("UpdatePodScaleUp"),
        UPDATE_TOLERATION("UpdatePodToleration"),
        UPDATE_GATES_GONE("UpdatePodSchedulingGatesEliminated");

        private final String label;

        Action(String label) {
            this.label = label;
        }

        boolean isUpdate() {
            return this != ADD && this != DELETE;
        }
    }

    public ClusterChange {
        actions = Set.copyOf(actions);
    }

    static ClusterChange of(
            Resource resource, @Nullable HasMetadata before, @Nullable HasMetadata after) {
        var action = before == null ? Action.ADD : after == null ? Action.DELETE : Action.UPDATE;
        return new ClusterChange(resource, Set.of(action), before, after);
    }

    /// As upstream labels its metrics, e.g. `AssignedPodDelete`.
    String label() {
        var known = LABELS.get(resource);
        return String.valueOf(known == null ? null : known.get(actions.iterator().next()));
    }
}
