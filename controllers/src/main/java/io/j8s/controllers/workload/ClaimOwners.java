package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Who owns the claim of a stateful set's pod by the set's retention policy: the set, the pod that
/// will not come back, or nobody. Pure.
final class ClaimOwners {

    private ClaimOwners() {}

    /// The owners as they should be; equal to the claim's own when there is nothing to do.
    static List<OwnerReference> wanted(StatefulSet set, Pod pod, PersistentVolumeClaim claim) {
        var owners = Meta.owners(claim);
        if (isStale(claim, set, Kinds.STATEFUL_SETS) || isStale(claim, pod, Kinds.PODS)) {
            return owners; // upstream: a set or pod of that name that was before owns it
        }
        if (hasOtherController(set, pod, claim)) {
            return others(set, pod, owners);
        }
        HasMetadata owner = null;
        Kind<?> kind = Kinds.PODS;
        if (deletesOnScale(set) && !StatefulSetRules.isInRange(set, ordinal(set, pod))) {
            owner = pod;
        } else if (deletesOnDelete(set)) {
            owner = set;
            kind = Kinds.STATEFUL_SETS;
        }
        if (isRight(set, pod, owners, owner)) {
            return owners; // whatever else the reference says
        }
        var result = others(set, pod, owners);
        if (owner != null) {
            result.add(Meta.controllerRef(kind, owner));
        }
        return result;
    }

    /// Somebody else manages the claim, so that the policy cannot be followed.
    static boolean hasOtherController(StatefulSet set, Pod pod, PersistentVolumeClaim claim) {
        if (!deletesOnScale(set) && !deletesOnDelete(set)) {
            return false;
        }
        for (var ref : Meta.owners(claim)) {
            boolean ofSet = names(ref, set, Kinds.STATEFUL_SETS);
            if (ofSet || names(ref, pod, Kinds.PODS)) {
                if (!ref.getUid().equals(Meta.uid(ofSet ? set : pod))) {
                    return true;
                }
            } else if (Boolean.TRUE.equals(ref.getController())) {
                return true;
            }
        }
        return false;
    }

    /// The claim goes with the pod that had this name before: a new pod must wait for that.
    static boolean isStaleForNew(StatefulSet set, String pod, PersistentVolumeClaim claim) {
        return deletesOnScale(set)
                && Meta.owners(claim).stream().anyMatch(ref -> names(ref, pod, Kinds.PODS));
    }

    private static boolean isRight(
            StatefulSet set, Pod pod, List<OwnerReference> owners, @Nullable HasMetadata wanted) {
        boolean found = false;
        for (var ref : owners) {
            boolean wants = wanted != null && ref.getUid().equals(Meta.uid(wanted));
            boolean ours = ref.getUid().equals(Meta.uid(set)) || ref.getUid().equals(Meta.uid(pod));
            if (ours && (!wants || !Boolean.TRUE.equals(ref.getController()))) {
                return false;
            }
            found |= wants;
        }
        return found || wanted == null;
    }

    private static boolean isStale(PersistentVolumeClaim claim, HasMetadata owner, Kind<?> kind) {
        return Meta.owners(claim).stream()
                .filter(ref -> names(ref, owner, kind))
                .findFirst()
                .filter(ref -> !ref.getUid().equals(Meta.uid(owner)))
                .isPresent();
    }

    private static List<OwnerReference> others(
            StatefulSet set, Pod pod, List<OwnerReference> owners) {
        var result = new ArrayList<>(owners);
        result.removeIf(ref -> names(ref, set, Kinds.STATEFUL_SETS) || names(ref, pod, Kinds.PODS));
        return result;
    }

    private static boolean names(OwnerReference ref, HasMetadata object, Kind<?> kind) {
        return names(ref, Meta.name(object), kind);
    }

    private static boolean names(OwnerReference ref, String name, Kind<?> kind) {
        return ref.getApiVersion().equals(kind.apiVersion())
                && ref.getKind().equals(kind.kind())
                && ref.getName().equals(name);
    }

    private static int ordinal(StatefulSet set, Pod pod) {
        return StatefulSetRules.ordinal(set, pod);
    }

    private static boolean deletesOnDelete(StatefulSet set) {
        var policy = set.getSpec().getPersistentVolumeClaimRetentionPolicy();
        return policy != null && "Delete".equals(policy.getWhenDeleted());
    }

    private static boolean deletesOnScale(StatefulSet set) {
        var policy = set.getSpec().getPersistentVolumeClaimRetentionPolicy();
        return policy != null && "Delete".equals(policy.getWhenScaled());
    }
}
