package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.machinery.meta.ObjectKey;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/// Adopts orphans that match a controller's selector and releases what no longer does (upstream:
/// `ControllerRefManager`). Adoption first asks the server whether the owner still lives: the cache
/// may not have heard of its deletion, and an adopted orphan would be deleted with it.
///
/// @param finalizers what an adopted object gets besides the owner
public record OwnerClaims<O extends HasMetadata, T extends HasMetadata>(
        Api api,
        Kind<O> ownerKind,
        O owner,
        Kind<T> kind,
        Predicate<T> matches,
        List<String> finalizers) {

    public OwnerClaims(Api api, Kind<O> ownerKind, O owner, Kind<T> kind, Predicate<T> matches) {
        this(api, ownerKind, owner, kind, matches, List.of());
    }

    /// Those of `candidates` that the owner owns afterwards.
    public List<T> claim(Collection<T> candidates) {
        var claimed = new ArrayList<T>();
        var check = new OwnerCheck();
        for (var object : candidates) {
            if (claims(object, check)) {
                claimed.add(object);
            }
        }
        return claimed;
    }

    private boolean claims(T object, OwnerCheck check) {
        var controller = Meta.controllerOf(object);
        if (controller != null) {
            if (!controller.getUid().equals(Meta.uid(owner))) {
                return false;
            }
            if (matches.test(object)) {
                return true;
            }
            if (!Meta.isTerminating(owner)) {
                release(object);
            }
            return false;
        }
        if (Meta.isTerminating(owner) || !matches.test(object) || Meta.isTerminating(object)) {
            return false;
        }
        return adopt(object, check);
    }

    private boolean adopt(T object, OwnerCheck check) {
        check.run();
        var ref = Meta.controllerRef(ownerKind, owner);
        var extra =
                finalizers.isEmpty()
                        ? ""
                        : ",\"finalizers\":[\"" + String.join("\",\"", finalizers) + "\"]";
        var body =
                """
                {"metadata":{"ownerReferences":[{"apiVersion":"%s","kind":"%s","name":"%s",\
                "uid":"%s","controller":true,"blockOwnerDeletion":true}],"uid":"%s"%s}}\
                """
                        .formatted(
                                ref.getApiVersion(),
                                ref.getKind(),
                                ref.getName(),
                                ref.getUid(),
                                Meta.uid(object),
                                extra);
        try {
            api.patch(kind, Meta.key(object), Api.Patch.strategic(body));
            return true;
        } catch (StatusException refused) {
            if (refused.isNotFound()) {
                return false;
            }
            throw refused;
        }
    }

    private void release(T object) {
        var drop =
                finalizers.isEmpty()
                        ? ""
                        : ",\"$deleteFromPrimitiveList/finalizers\":[\""
                                + String.join("\",\"", finalizers)
                                + "\"]";
        var body =
                "{\"metadata\":{\"ownerReferences\":[{\"$patch\":\"delete\",\"uid\":\"%s\"}],\"uid\":\"%s\"%s}}"
                        .formatted(Meta.uid(owner), Meta.uid(object), drop);
        try {
            api.patch(kind, Meta.key(object), Api.Patch.strategic(body));
        } catch (StatusException refused) {
            // upstream: gone, or the uid no longer matches: released either way
            if (!refused.isNotFound() && !refused.isInvalid()) {
                throw refused;
            }
        }
    }

    /// Asks once for a whole round of claims.
    private final class OwnerCheck {
        private boolean passed;

        void run() {
            if (passed) {
                return;
            }
            var key = Meta.key(owner);
            var fresh = api.get(ownerKind, key);
            if (!Meta.uid(fresh).equals(Meta.uid(owner))) {
                throw new StatusException(
                        409,
                        "Conflict",
                        "original %s %s is gone: got uid %s, wanted %s"
                                .formatted(
                                        ownerKind.kind(), key, Meta.uid(fresh), Meta.uid(owner)));
            }
            if (Meta.isTerminating(fresh)) {
                throw new StatusException(
                        409,
                        "Conflict",
                        "%s has just been deleted at %s"
                                .formatted(key, fresh.getMetadata().getDeletionTimestamp()));
            }
            passed = true;
        }
    }

    /// The owner of a kind that an object's controller reference names, if it is still that one.
    public static <O extends HasMetadata> java.util.Optional<O> ownerOf(
            HasMetadata object, Kind<O> ownerKind, Function<ObjectKey, java.util.Optional<O>> get) {
        var ref = Meta.controllerOf(object);
        if (ref == null || !ref.getKind().equals(ownerKind.kind())) {
            return java.util.Optional.empty();
        }
        return get.apply(new ObjectKey(Meta.namespace(object), ref.getName()))
                .filter(owner -> Meta.uid(owner).equals(ref.getUid()));
    }
}
