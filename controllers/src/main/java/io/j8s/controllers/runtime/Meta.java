package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/// Questions about `metadata` that every controller asks.
public final class Meta {

    private Meta() {}

    public static ObjectKey key(HasMetadata object) {
        var meta = object.getMetadata();
        return new ObjectKey(orEmpty(meta.getNamespace()), meta.getName());
    }

    public static String name(HasMetadata object) {
        return object.getMetadata().getName();
    }

    /// Empty also for what has no metadata, such as a review.
    public static String namespace(HasMetadata object) {
        var metadata = object.getMetadata();
        return metadata == null ? "" : orEmpty(metadata.getNamespace());
    }

    public static String uid(HasMetadata object) {
        return orEmpty(object.getMetadata().getUid());
    }

    public static Map<String, String> labels(HasMetadata object) {
        var labels = object.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }

    public static Map<String, String> annotations(HasMetadata object) {
        var annotations = object.getMetadata().getAnnotations();
        return annotations == null ? Map.of() : annotations;
    }

    public static List<String> finalizers(HasMetadata object) {
        var finalizers = object.getMetadata().getFinalizers();
        return finalizers == null ? List.of() : finalizers;
    }

    public static List<OwnerReference> owners(HasMetadata object) {
        var owners = object.getMetadata().getOwnerReferences();
        return owners == null ? List.of() : owners;
    }

    public static boolean isTerminating(HasMetadata object) {
        return object.getMetadata().getDeletionTimestamp() != null;
    }

    /// The owner reference with `controller: true`; an object has at most one.
    public static @Nullable OwnerReference controllerOf(HasMetadata object) {
        for (var owner : owners(object)) {
            if (Boolean.TRUE.equals(owner.getController())) {
                return owner;
            }
        }
        return null;
    }

    public static boolean isControlledBy(HasMetadata object, HasMetadata owner) {
        var ref = controllerOf(object);
        return ref != null && ref.getUid().equals(uid(owner));
    }

    /// The reference that makes `owner` the controller of an object.
    public static OwnerReference controllerRef(Kind<?> kind, HasMetadata owner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(kind.apiVersion())
                .withKind(kind.kind())
                .withName(name(owner))
                .withUid(uid(owner))
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }

    /// The instant of an RFC 3339 text, or null for none.
    public static @Nullable Instant time(@Nullable String text) {
        return text == null || text.isEmpty() ? null : OffsetDateTime.parse(text).toInstant();
    }

    public static Instant created(HasMetadata object) {
        var time = time(object.getMetadata().getCreationTimestamp());
        return time == null ? Instant.EPOCH : time;
    }

    /// `metav1.Time`'s form: UTC with whole seconds.
    public static String timestamp(Instant instant) {
        return DateTimeFormatter.ISO_INSTANT.format(instant.truncatedTo(ChronoUnit.SECONDS));
    }

    public static long generation(HasMetadata object) {
        var generation = object.getMetadata().getGeneration();
        return generation == null ? 0 : generation;
    }

    /// Upstream: the resource versions of one resource compare as numbers.
    public static long version(HasMetadata object) {
        var text = orEmpty(object.getMetadata().getResourceVersion());
        return text.isEmpty() ? 0 : Long.parseUnsignedLong(text);
    }

    public static int orZero(@Nullable Integer value) {
        return value == null ? 0 : value;
    }

    public static long orZero(@Nullable Long value) {
        return value == null ? 0 : value;
    }

    public static String orEmpty(@Nullable String value) {
        return value == null ? "" : value;
    }
}
