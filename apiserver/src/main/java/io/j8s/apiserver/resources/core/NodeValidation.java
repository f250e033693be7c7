package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.Amounts;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.GoValue;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldError;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.IpRules;
import io.j8s.machinery.names.NameRules;

import java.util.HashSet;
import java.util.regex.Pattern;

/// Which nodes are valid (upstream: `ValidateNode`, `ValidateNodeUpdate`). Pure.
final class NodeValidation {

    private static final String CIDRS = "spec.podCIDRs";
    private static final String CIDRS_SET =
            "node updates may not change podCIDR except from \"\" to valid";

    private static final Pattern FEATURE =
            Pattern.compile("[A-Z][a-zA-Z0-9]*(/[a-zA-Z][a-zA-Z0-9]*)*");

    private NodeValidation() {}

    static void create(At root) {
        taints(root);
        amounts(root, "status.capacity");
        amounts(root, "status.allocatable");
        declaredFeatures(root);
        podCidrs(root);
    }

    /// What holds for a change, of the node or of its status.
    static void update(At root, Tree old) {
        amounts(root, "status.capacity");
        amounts(root, "status.allocatable");
        declaredFeatures(root);
        addresses(root);
        cidrsUnchanged(root, old);
        String provider = root.string("spec.providerID");
        String before = old.string("spec.providerID", "");
        if (!before.isEmpty() && !before.equals(provider)) {
            root.errors()
                    .invalid(
                            "spec.providerID",
                            null,
                            provider.isEmpty()
                                    ? "field cannot be cleared once set"
                                    : "field cannot be modified once set");
        }
        if (root.at("spec.configSource") instanceof At source) {
            configSource(source);
        }
        taints(root);
        if (!root.string("spec.externalID").equals(old.string("spec.externalID", ""))) {
            root.forbidden("spec.externalID", "may not be updated");
        }
    }

    /// Names of features are sorted and stand once.
    private static void declaredFeatures(At root) {
        String field = "status.declaredFeatures";
        var features = root.strings(field);
        for (int i = 0; i < features.size(); i++) {
            String feature = features.get(i);
            String at = field + "[" + i + "]";
            if (!FEATURE.matcher(feature).matches()) {
                root.invalid(
                        at,
                        feature,
                        "invalid feature name "
                                + FieldErrors.quote(feature)
                                + ": must start with an UpperCamelCase segment, with subsequent"
                                + " segments separated by '/' (e.g., MyFeature or"
                                + " MyFeature/mySubFeature), and contain only alphanumeric"
                                + " characters and slashes");
            }
            if (i + 1 < features.size()) {
                int order = feature.compareTo(features.get(i + 1));
                String next = field + "[" + (i + 1) + "]";
                if (order == 0) {
                    root.duplicate(next, feature);
                } else if (order > 0) {
                    root.invalid(next, features.get(i + 1), "list must be sorted alphabetically");
                }
            }
        }
    }

    private static void addresses(At root) {
        var addresses = new HashSet<Tree>();
        for (At address : root.each("status.addresses")) {
            if (!addresses.add(address.tree())) {
                address.duplicateSelf();
            }
        }
    }

    private static void cidrsUnchanged(At root, Tree old) {
        var before = old.strings(CIDRS);
        var now = root.strings(CIDRS);
        if (before.isEmpty()) {
            return;
        }
        if (before.size() != now.size()) {
            root.forbidden(CIDRS, CIDRS_SET);
            return;
        }
        for (int i = 0; i < now.size(); i++) {
            if (!now.get(i).equals(before.get(i))) {
                root.forbidden(CIDRS, CIDRS_SET);
            }
        }
    }

    /// Of a feature that is gone, for nodes that were stored with it.
    private static void configSource(At source) {
        if (!(source.at("configMap") instanceof At map)) {
            source.invalidSelf("exactly one reference subfield must be non-nil");
            return;
        }
        for (String field : new String[] {"uid", "resourceVersion"}) {
            if (!map.string(field).isEmpty()) {
                map.forbidden(field, field + " must not be set in spec");
            }
        }
        if (map.present("namespace")) {
            map.dnsLabel("namespace");
        }
        if (map.present("name")) {
            map.dnsSubdomain("name");
        }
        if (map.present("kubeletConfigKey")) {
            map.all("kubeletConfigKey", NameRules.configMapKey(map.string("kubeletConfigKey")));
        }
    }

    /// Upstream reports taints under metadata.
    private static void taints(At root) {
        var seen = new HashSet<String>();
        for (At own : root.each("spec.taints")) {
            At taint =
                    new At(
                            own.tree(),
                            own.path().replace("spec.taints", "metadata.taints"),
                            own.errors());
            taint.qualifiedName("key");
            var texts = NameRules.labelValue(taint.string("value"));
            if (!texts.isEmpty()) {
                taint.invalid("value", taint.string("value"), String.join(";", texts));
            }
            if (taint.present("effect")) {
                SchedulingValidation.taintEffect(taint);
            }
            if (!seen.add(taint.string("effect") + "|" + taint.string("key"))) {
                taint.errors()
                        .add(
                                new FieldError(
                                        FieldError.Type.DUPLICATE,
                                        taint.path(),
                                        "Duplicate value: "
                                                + GoValue.json(taint.tree())
                                                + ": taints must be unique by key and effect"
                                                + " pair"));
            }
        }
    }

    private static void amounts(At root, String field) {
        for (String name : root.keys(field)) {
            var value = Amounts.of(root.tree().map(field), name);
            if (value != null) {
                // upstream: the name is a part of the path here, no key
                Amounts.value(root, field + "." + name, name, value);
            }
        }
    }

    private static void podCidrs(At root) {
        var cidrs = root.strings(CIDRS);
        int six = 0;
        for (int i = 0; i < cidrs.size(); i++) {
            root.all(CIDRS + "[" + i + "]", cidrs.get(i), IpRules.legacyCidr(cidrs.get(i), true));
            six += cidrs.get(i).contains(":") ? 1 : 0;
        }
        if (cidrs.size() > 1 && (cidrs.size() > 2 || six != 1)) {
            root.invalid(CIDRS, "may specify no more than one CIDR for each IP family");
        }
    }
}
