package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.Verbatim;
import io.j8s.machinery.names.NameRules;

import java.util.ArrayList;
import java.util.List;

/// Rules about `PersistentVolumeClaimSpec` wherever it stands (upstream:
/// `ValidatePersistentVolumeClaimSpec`).
public final class ClaimValidation {

    private static final List<String> MODES =
            List.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");

    private static final List<String> RESIZE_STATES =
            List.of(
                    "ControllerResizeInProgress",
                    "ControllerResizeInfeasible",
                    "NodeResizeInProgress",
                    "NodeResizeInfeasible",
                    "NodeResizePending");

    /// Upstream hands the path itself over as the value: Go prints a struct without fields.
    private static final Object NO_FIELDS = new Verbatim("{}");

    private ClaimValidation() {}

    static void accessModes(At spec) {
        boolean alone = false;
        boolean others = false;
        for (String mode : spec.strings("accessModes")) {
            if (!MODES.contains(mode)) {
                spec.errors().notSupported(spec.path("accessModes"), mode, MODES);
            }
            alone |= mode.equals("ReadWriteOncePod");
            others |= MODES.contains(mode) && !mode.equals("ReadWriteOncePod");
        }
        if (alone && others) {
            spec.forbidden("accessModes", "may not use ReadWriteOncePod with other access modes");
        }
    }

    public static void spec(At spec) {
        spec(spec, false, false);
    }

    /// @param anyValue whether the selector may ask for values that are none
    /// @param anyGroup whether groups of sources may be none, as where one is stored already
    static void spec(At spec, boolean anyValue, boolean anyGroup) {
        if (spec.strings("accessModes").isEmpty()) {
            spec.required("accessModes", "at least 1 access mode is required");
        }
        LabelSelectors.validate(spec.at("selector"), anyValue);
        accessModes(spec);
        var storage = Amounts.of(spec.tree().map("resources.requests"), "storage");
        String field = "resources[storage]";
        if (storage == null) {
            spec.required(field);
        } else if (storage.signum() <= 0) {
            spec.errors().invalid(spec.path(field), storage.toString(), At.POSITIVE);
        }
        className(spec, "storageClassName");
        spec.optionalOneOf("volumeMode", "Block", "Filesystem");
        dataSources(spec, anyGroup);
        className(spec, "volumeAttributesClassName");
    }

    /// Upstream's `ValidatePersistentVolumeClaimStatusUpdate`.
    static void status(At root) {
        if (root.strings("spec.accessModes").isEmpty()) {
            root.errors().required("Spec.accessModes", "");
        }
        for (String key : root.keys("status.capacity")) {
            amount(root, "status.capacity", key);
        }
        String field = "status.allocatedResourceStatuses";
        var states = root.tree().stringMap(field);
        for (String key : root.keys(field)) {
            resourceKey(root, field, key);
            if (!RESIZE_STATES.contains(states.get(key))) {
                root.errors().notSupported(field, key, RESIZE_STATES);
            }
        }
        field = "status.allocatedResources";
        for (String key : root.keys(field)) {
            if (resourceKey(root, field, key)) {
                amount(root, field, key);
            }
        }
    }

    private static void amount(At root, String field, String key) {
        var amount = Amounts.of(root.tree().map(field), key);
        if (amount != null && amount.signum() < 0) {
            root.errors()
                    .invalid(
                            field + "[" + key + "]",
                            amount.value(),
                            "must be a valid resource quantity");
        }
    }

    /// @return whether it is one
    private static boolean resourceKey(At root, String field, String key) {
        var texts = NameRules.qualifiedName(key);
        root.all(field, key, texts);
        if (texts.isEmpty() && Amounts.isNative(key) && !key.equals("storage")) {
            root.errors().notSupported(field, key, List.of("storage"));
            return false;
        }
        return texts.isEmpty();
    }

    /// Parts of bytes (upstream: `GetWarningsForPersistentVolumeClaimSpec`).
    public static List<String> warnings(String path, Tree spec) {
        var out = new ArrayList<String>();
        for (String kind : List.of("requests", "limits")) {
            ContainerWarnings.amount(
                    path + ".resources." + kind, spec.map("resources." + kind), "storage", out);
        }
        return out;
    }

    private static void className(At spec, String field) {
        if (!spec.string(field).isEmpty()) {
            spec.dnsSubdomain(field);
        }
    }

    private static void dataSources(At spec, boolean anyGroup) {
        At source = spec.at("dataSource");
        At reference = spec.at("dataSourceRef");
        if (source != null) {
            source(source, anyGroup);
        }
        if (reference != null) {
            source(reference, anyGroup);
            if (!reference.string("namespace").isEmpty()) {
                reference.dnsLabel("namespace");
            }
        }
        if (source == null || reference == null) {
            return;
        }
        if (!reference.string("namespace").isEmpty()) {
            spec.errors()
                    .invalid(
                            spec.path(),
                            NO_FIELDS,
                            "may not be specified when dataSourceRef.namespace is specified");
        } else if (!source.string("apiGroup").equals(reference.string("apiGroup"))
                || !source.string("kind").equals(reference.string("kind"))
                || !source.string("name").equals(reference.string("name"))) {
            spec.errors().invalid(spec.path(), NO_FIELDS, "must match dataSourceRef");
        }
    }

    private static void source(At source, boolean anyGroup) {
        source.present("name");
        source.present("kind");
        String group = source.string("apiGroup");
        String kind = source.string("kind");
        if (group.isEmpty() && !kind.equals("PersistentVolumeClaim")) {
            source.errors()
                    .invalid(
                            source.path(),
                            kind,
                            "must be 'PersistentVolumeClaim' when referencing the default"
                                    + " apiGroup");
        }
        if (!group.isEmpty() && !anyGroup) {
            source.all("apiGroup", group, NameRules.dns1123Subdomain(group));
        }
    }
}
