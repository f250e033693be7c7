package io.j8s.apiserver.resources.resource;

import io.j8s.apiserver.resources.core.SchedulingValidation;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Which devices a resource slice may list (upstream: `pkg/apis/resource/validation`).
final class DeviceRules {

    private static final int ATTRIBUTES_MAX = 32;
    private static final int VALUES_MAX = 48;
    private static final int VALUE_BYTES_MAX = 64; // upstream: DeviceAttributeMaxValueLength
    private static final int TAINTS_MAX = 16;
    private static final int CONSUMPTIONS_MAX = 2;
    private static final int COUNTERS_MAX = 32;
    private static final List<String> LISTS = List.of("bools", "ints", "strings", "versions");
    private static final String NUMBER = "(0|[1-9]\\d*)";
    private static final String PRE = "(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)";
    private static final Pattern SEMVER =
            Pattern.compile(
                    NUMBER
                            + "\\."
                            + NUMBER
                            + "\\."
                            + NUMBER
                            + "(-"
                            + PRE
                            + "(\\."
                            + PRE
                            + ")*)?(\\+[0-9a-zA-Z-]+(\\.[0-9a-zA-Z-]+)*)?");

    private DeviceRules() {}

    /// @param old the device of that name that is stored; null for a new one
    static void validate(At device, @Nullable Tree old, boolean perDevice) {
        device.dnsLabel("name");
        int total = device.keys("attributes").size() + device.keys("capacity").size();
        if (total > ATTRIBUTES_MAX) {
            device.errors()
                    .invalid(
                            device.path(),
                            total,
                            "the total number of attributes and capacities must not exceed 32");
        }
        attributes(device);
        // upstream does not look at these again when they are as they were
        if (old == null || !device.tree().semanticallyEquals(old, "capacity")) {
            capacities(device);
        }
        if (old == null || !device.tree().semanticallyEquals(old, "taints")) {
            taints(device);
        }
        consumptions(device);
        nodes(device, perDevice);
        BindingConditions.validate(device);
    }

    private static void attributes(At device) {
        TreeMap attributes = device.tree().map("attributes");
        int values = 0;
        for (String name : device.keys("attributes")) {
            Tree value = attributes == null ? null : attributes.tree(name);
            if (value != null) {
                int listed = LISTS.stream().mapToInt(list -> size(value, list)).sum();
                values += Math.max(1, listed);
            }
        }
        if (values > VALUES_MAX) {
            device.errors()
                    .invalid(
                            device.path(),
                            values,
                            "the total number of attribute values must not exceed 48");
        }
        for (String name : device.keys("attributes")) {
            String field = "attributes[" + name + "]";
            DeviceNames.qualified(device, field, name);
            if (attributes != null && attributes.tree(name) instanceof Tree value) {
                attribute(new At(value, device.path(field), device.errors()));
            }
        }
    }

    private static int size(Tree value, String list) {
        var found = value.list(list);
        return found == null ? 0 : found.size();
    }

    private static void attribute(At value) {
        int set = 0;
        for (String field : List.of("bool", "int", "string", "version")) {
            set += value.has(field) ? 1 : 0;
        }
        if (value.has("string")) {
            text(value, "string", value.string("string"));
        }
        if (value.has("version")) {
            version(value, "version", value.string("version"));
        }
        for (String list : LISTS) {
            if (value.has(list)) {
                set++;
                if (size(value.tree(), list) == 0) {
                    value.invalid(list, "must not be empty if specified");
                }
            }
        }
        if (set == 0) {
            value.later().errors().invalid(value.path(), "", MUST_BE_ONE);
        } else if (set > 1) {
            var fields = new ArrayList<String>();
            for (var field : value.tree().type().fields()) {
                if (value.has(field.name())) {
                    fields.add(field.name());
                }
            }
            value.later()
                    .errors()
                    .invalid(value.path(), "{" + String.join(", ", fields) + "}", EXACTLY_ONE);
        }
    }

    private static final String MEMBERS =
            "`int`, `bool`, `string`, `version`, `ints`, `bools`, `strings`, `versions`";
    private static final String MUST_BE_ONE = "must specify one of: " + MEMBERS;
    private static final String EXACTLY_ONE = "must specify exactly one of: " + MEMBERS;

    private static void text(At value, String field, String text) {
        if (NameRules.utf8Length(text) > VALUE_BYTES_MAX) {
            value.errors().tooLong(value.path(field), VALUE_BYTES_MAX);
        }
    }

    private static void version(At value, String field, String text) {
        if (!SEMVER.matcher(text).matches()) {
            value.invalid(field, text, "must be a string compatible with semver.org spec 2.0.0");
        }
        text(value, field, text);
    }

    private static void capacities(At device) {
        TreeMap capacities = device.tree().map("capacity");
        for (String name : device.keys("capacity")) {
            String field = "capacity[" + name + "]";
            DeviceNames.qualified(device, field, name);
            Tree value = capacities == null ? null : capacities.tree(name);
            if (value != null
                    && value.has("requestPolicy")
                    && !device.bool("allowMultipleAllocations")) {
                device.forbidden(field + ".requestPolicy", "allowMultipleAllocations must be true");
            }
        }
    }

    private static void taints(At device) {
        var taints = device.each("taints");
        if (!DeviceNames.fits(device, "taints", taints.size(), TAINTS_MAX)) {
            return;
        }
        for (At taint : taints) {
            taint.qualifiedName("key");
            if (!taint.string("value").isEmpty()) {
                taint.all("value", NameRules.labelValue(taint.string("value")));
            }
            taint.oneOf("effect", "NoExecute", "NoSchedule", "None");
        }
    }

    private static void consumptions(At device) {
        var consumptions = device.each("consumesCounters");
        if (!DeviceNames.fits(
                device.later(), "consumesCounters", consumptions.size(), CONSUMPTIONS_MAX)) {
            return;
        }
        consumptions.forEach(consumption -> counters(consumption, "counterSet"));
    }

    /// A named set of counters, which may not be empty.
    static void counters(At set, String name) {
        if (set.later().present(name)) {
            set.later().all(name, NameRules.declared(NameRules.dns1123Label(set.string(name))));
        }
        var counters = set.keys("counters");
        if (counters.isEmpty()) {
            set.later().required("counters");
        } else if (counters.size() > COUNTERS_MAX) {
            set.errors().tooMany(set.path("counters"), counters.size(), COUNTERS_MAX);
        }
    }

    private static void nodes(At device, boolean perDevice) {
        boolean some =
                device.has("nodeName") || device.has("nodeSelector") || device.has("allNodes");
        if (!perDevice) {
            if (some) {
                device.errors()
                        .invalid(
                                device.path(),
                                null,
                                "`nodeName`, `nodeSelector` and `allNodes` can only be set if"
                                        + " `perDeviceNodeSelection` is set to true in the"
                                        + " ResourceSlice spec");
            }
            return;
        }
        var set =
                ResourceSlices.nodeFields(device, List.of("nodeName", "nodeSelector", "allNodes"));
        String text =
                "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when"
                        + " `perDeviceNodeSelection` is set to true in the ResourceSlice spec";
        SchedulingValidation.nodeSelector(device.at("nodeSelector"));
        if (set.isEmpty()) {
            device.errors().required(device.path(), text);
        } else if (set.size() > 1) {
            device.errors().invalid(device.path(), "{" + String.join(", ", set) + "}", text);
        }
    }
}
