package io.j8s.apiserver.resources.storage;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Everything the API server knows about `storage.k8s.io/v1 CSIDriver`.
public final class CsiDrivers implements ResourceStrategy<GenericKubernetesResource> {

    private static final long EXPIRATION_MIN = 600;
    private static final long EXPIRATION_MAX = 1L << 32;
    private static final int UPDATE_PERIOD_MIN = 10;

    @Override
    public Names names() {
        return new Names("storage.k8s.io/v1", "CSIDriver", "csidrivers");
    }

    @Override
    public Class<GenericKubernetesResource> view() {
        return GenericKubernetesResource.class;
    }

    @Override
    public void applyDefaults(Tree driver) {
        Tree spec = driver.ensure("spec");
        spec.setDefault("attachRequired", true);
        spec.setDefault("podInfoOnMount", false);
        spec.setDefault("storageCapacity", false);
        spec.setDefault("fsGroupPolicy", "ReadWriteOnceWithFSType");
        spec.setDefault("requiresRepublish", false);
        spec.setDefault("seLinuxMount", false);
        spec.setDefault("preventPodSchedulingIfMissing", false);
        if (spec.strings("volumeLifecycleModes").isEmpty()) {
            spec.ensureList("volumeLifecycleModes").add("Persistent");
        }
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    @Override
    public boolean updatesUnconditionally() {
        return false;
    }

    /// Upstream: a new driver has no generation, a changed one has.
    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public void prepareForUpdate(
            io.j8s.apiserver.request.RequestContext context, Tree old, Tree updated) {
        if (!updated.semanticallyEquals(old, "spec")) {
            updated.set("metadata.generation", old.longValue("metadata.generation", 0) + 1);
        }
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At spec = At.root(tree, errors).at("spec");
        if (spec == null) {
            return;
        }
        spec.optionalOneOf("fsGroupPolicy", "File", "None", "ReadWriteOnceWithFSType");
        tokenRequests(spec);
        for (String mode : spec.strings("volumeLifecycleModes")) {
            var supported = List.of("Persistent", "Ephemeral");
            if (!supported.contains(mode)) {
                errors.notSupported("spec.volumeLifecycleModes", mode, supported);
            }
        }
        if (spec.has("nodeAllocatableUpdatePeriodSeconds")
                && spec.number("nodeAllocatableUpdatePeriodSeconds") < UPDATE_PERIOD_MIN) {
            spec.invalid(
                    "nodeAllocatableUpdatePeriodSeconds",
                    "must be greater than or equal to 10 seconds");
        }
        if (spec.has("serviceAccountTokenInSecrets") && spec.each("tokenRequests").isEmpty()) {
            spec.invalid(
                    "serviceAccountTokenInSecrets",
                    "serviceAccountTokenInSecrets is set but no tokenRequests are specified");
        }
    }

    private static void tokenRequests(At spec) {
        var audiences = new HashSet<String>();
        for (At request : spec.each("tokenRequests")) {
            if (!audiences.add(request.string("audience"))) {
                request.duplicate("audience", request.string("audience"));
                continue;
            }
            if (!request.has("expirationSeconds")) {
                continue;
            }
            long seconds = request.number("expirationSeconds");
            if (seconds < EXPIRATION_MIN) {
                request.invalid(
                        "expirationSeconds", "may not specify a duration less than 10 minutes");
            }
            if (seconds > EXPIRATION_MAX) {
                request.invalid(
                        "expirationSeconds", "may not specify a duration larger than 2^32 seconds");
            }
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        validate(tree, errors);
        At root = At.root(tree, errors);
        if (!tree.semanticallyEquals(oldTree, "spec.attachRequired")) {
            // upstream calls the field so
            root.invalid("spec.attachedRequired", tree.get("spec.attachRequired"), At.IMMUTABLE);
        }
        root.immutable("spec.volumeLifecycleModes", oldTree);
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        boolean changed =
                oldTree == null || !tree.semanticallyEquals(oldTree, "spec.tokenRequests");
        return changed
                        && !tree.trees("spec.tokenRequests").isEmpty()
                        && !tree.has("spec.serviceAccountTokenInSecrets")
                ? List.of(
                        "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI"
                                + " driver, set to true to prevent possible logging of tokens in"
                                + " volume attributes")
                : List.of();
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                flag(
                        "AttachRequired",
                        "Whether volumes are attached to nodes",
                        "attachRequired",
                        true),
                flag("PodInfoOnMount", "Whether it is told about pods", "podInfoOnMount", false),
                flag("StorageCapacity", "Whether it publishes capacity", "storageCapacity", false),
                Column.text(
                        "TokenRequests", "Audiences it wants tokens for", CsiDrivers::audiences),
                flag(
                        "RequiresRepublish",
                        "Whether mounts are repeated",
                        "requiresRepublish",
                        false),
                Column.text("Modes", "Lives that its volumes may have", CsiDrivers::modes),
                Column.age());
    }

    private static Column<GenericKubernetesResource> flag(
            String name, String description, String field, boolean otherwise) {
        return new Column<>(
                name,
                "boolean",
                "",
                description,
                0,
                (driver, _) -> Cells.bool(otherwise, driver, "spec", field));
    }

    private static String audiences(GenericKubernetesResource driver) {
        return Cells.value(driver, "spec", "tokenRequests") instanceof List<?> requests
                ? requests.stream()
                        .map(request ->
                                request instanceof Map<?, ?> map
                                                && map.get("audience") instanceof String text
                                        ? text
                                        : "")
                        .collect(Collectors.joining(","))
                : "<unset>";
    }

    private static String modes(GenericKubernetesResource driver) {
        String modes =
                Cells.value(driver, "spec", "volumeLifecycleModes") instanceof List<?> list
                        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
                        : "";
        return modes.isEmpty() ? "<none>" : modes;
    }
}
