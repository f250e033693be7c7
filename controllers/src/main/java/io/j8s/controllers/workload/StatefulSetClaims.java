package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;

import java.util.ArrayList;

/// Makes the claims of a stateful set's pods and keeps their owners as the set's retention policy
/// wants them.
final class StatefulSetClaims {

    private final Api api;
    private final EventRecorder events;
    private final Informer<PersistentVolumeClaim> claims;

    StatefulSetClaims(ControllerContext context) {
        this.api = context.api();
        this.events = context.events();
        this.claims = context.informer(Kinds.CLAIMS);
    }

    /// Makes those that are missing.
    ///
    /// @throws StatusException when one cannot be made or is just going, with the texts of all
    void create(StatefulSet set, int ordinal, String pod) {
        var failures = new ArrayList<String>();
        for (var claim : StatefulSetRules.claims(set, ordinal)) {
            var there = claims.get(Meta.key(claim));
            if (there.isPresent()) {
                if (Meta.isTerminating(there.get())) {
                    failures.add("pvc %s is being deleted".formatted(Meta.name(claim)));
                }
                continue;
            }
            try {
                api.create(Kinds.CLAIMS, claim);
                events.normal(
                        set,
                        "SuccessfulCreate",
                        "Create Claim %s Pod %s in StatefulSet %s success"
                                .formatted(Meta.name(claim), pod, Meta.name(set)));
            } catch (StatusException refused) {
                failures.add(
                        "failed to create PVC %s: %s"
                                .formatted(Meta.name(claim), refused.message()));
                if (!refused.isAlreadyExists()) {
                    events.warning(
                            set,
                            "FailedCreate",
                            "Create Claim %s for Pod %s in StatefulSet %s failed error: %s"
                                    .formatted(
                                            Meta.name(claim),
                                            pod,
                                            Meta.name(set),
                                            refused.message()));
                }
            }
        }
        if (!failures.isEmpty()) {
            var text = String.join(", ", failures);
            throw new StatusException(
                    500, "InternalError", failures.size() == 1 ? text : "[" + text + "]");
        }
    }

    /// Whether claims of a pod that is to come still go with the one that had its name before.
    boolean areStale(StatefulSet set, int ordinal) {
        var pod = Meta.name(set) + "-" + ordinal;
        return StatefulSetRules.claims(set, ordinal).stream()
                .flatMap(claim -> claims.get(Meta.key(claim)).stream())
                .anyMatch(claim -> ClaimOwners.isStaleForNew(set, pod, claim));
    }

    /// @return whether there was anything to write
    boolean renewOwners(StatefulSet set, Pod pod) {
        boolean written = false;
        for (var template : StatefulSetRules.claims(set, StatefulSetRules.ordinal(set, pod))) {
            var found = claims.get(Meta.key(template));
            if (found.isEmpty()) {
                continue;
            }
            var claim = found.get();
            var owners = ClaimOwners.wanted(set, pod, claim);
            if (owners.equals(Meta.owners(claim))) {
                continue;
            }
            if (ClaimOwners.hasOtherController(set, pod, claim)) {
                events.warning(
                        set,
                        "ConflictingController",
                        "PersistentVolumeClaim %s has a conflicting OwnerReference that acts as a"
                                        .formatted(Meta.name(claim))
                                + " manging controller, the retention policy is ignored for this"
                                + " claim");
            }
            api.update(
                    Kinds.CLAIMS,
                    new PersistentVolumeClaimBuilder(claim)
                            .editMetadata()
                            .withOwnerReferences(owners)
                            .endMetadata()
                            .build());
            written = true;
        }
        return written;
    }
}
