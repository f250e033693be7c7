package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.machinery.errors.Verbatim;
import io.j8s.machinery.names.NameRules;

import java.util.List;

/// Rules about `PersistentVolumeClaimSpec` wherever it stands (upstream:
/// `ValidatePersistentVolumeClaimSpec`).
public final class ClaimValidation {

    private static final List<String> MODES =
            List.of("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");

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
        if (spec.strings("accessModes").isEmpty()) {
            spec.required("accessModes", "at least 1 access mode is required");
        }
        LabelSelectors.validate(spec.at("selector"));
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
        dataSources(spec);
        className(spec, "volumeAttributesClassName");
    }

    private static void className(At spec, String field) {
        if (!spec.string(field).isEmpty()) {
            spec.dnsSubdomain(field);
        }
    }

    private static void dataSources(At spec) {
        At source = spec.at("dataSource");
        At reference = spec.at("dataSourceRef");
        for (At each : new At[] {source, reference}) {
            if (each != null) {
                each.present("name");
                each.present("kind");
                String group = each.string("apiGroup");
                if (group.isEmpty() && !each.string("kind").equals("PersistentVolumeClaim")) {
                    each.errors()
                            .invalid(
                                    each.path(),
                                    each.string("kind"),
                                    "must be 'PersistentVolumeClaim' when referencing the default"
                                            + " apiGroup");
                }
                if (!group.isEmpty()) {
                    each.all("apiGroup", group, NameRules.dns1123Subdomain(group));
                }
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
}
