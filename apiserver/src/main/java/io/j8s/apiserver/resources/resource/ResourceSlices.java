package io.j8s.apiserver.resources.resource;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.registry.SelectableField;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.resources.core.SchedulingValidation;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.resources.rules.DriverNames;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Everything the API server knows about `resource.k8s.io/v1 ResourceSlice`.
public final class ResourceSlices implements ResourceStrategy<GenericKubernetesResource> {

    @Override
    public Names names() {
        return new Names("resource.k8s.io/v1", "ResourceSlice", "resourceslices");
    }

    @Override
    public Class<GenericKubernetesResource> view() {
        return GenericKubernetesResource.class;
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    private static final int DEVICES_MAX = 128; // upstream: ResourceSliceMaxDevices
    private static final int ADVANCED_DEVICES_MAX = 64;
    private static final int COUNTER_SETS_MAX = 8;
    private static final List<String> GATED =
            List.of("spec.partitionTypeAttribute", "spec.skipNodeOperations");
    private static final List<String> SELECTIONS =
            List.of("nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection");

    @Override
    public void prepareForCreate(RequestContext context, Tree slice) {
        prepare(context, slice, null);
    }

    @Override
    public void prepareForUpdate(RequestContext context, Tree old, Tree updated) {
        prepare(context, updated, old);
    }

    /// Drops what is behind gates that are off, and notes when taints were added.
    private static void prepare(RequestContext context, Tree slice, @Nullable Tree old) {
        for (String field : GATED) {
            if (old == null || !old.has(field)) {
                slice.remove(field);
            }
        }
        for (Tree device : slice.trees("spec.devices")) {
            for (Tree taint : device.trees("taints")) {
                if (!taint.has("timeAdded")) {
                    taint.set("timeAdded", context.now());
                }
            }
        }
    }

    @Override
    public boolean createsOnUpdate() {
        return false;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        if (At.root(tree, errors).at("spec") instanceof At spec) {
            DriverNames.validate(spec, "driver");
            pool(spec);
            rest(spec, null);
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        if (root.at("spec") instanceof At spec) {
            DriverNames.validate(spec, "driver");
            pool(spec);
            for (String field : List.of("pool.name", "driver", "nodeName")) {
                root.immutable("spec." + field, oldTree);
            }
            rest(spec, oldTree.tree("spec"));
        }
    }

    private static void pool(At spec) {
        DeviceNames.pool(spec, "pool.name");
        if (spec.number("pool.resourceSliceCount") <= 0) {
            spec.invalid(
                    "pool.resourceSliceCount", spec.number("pool.resourceSliceCount"), At.POSITIVE);
        }
        if (spec.number("pool.generation") < 0) {
            spec.invalid("pool.generation", "must be greater than or equal to zero");
        }
    }

    /// Which of the fields say where something is, each judged by itself.
    static List<String> nodeFields(At at, List<String> fields) {
        var set = new ArrayList<String>();
        for (String field : fields) {
            if (!at.has(field)) {
                continue;
            }
            switch (at.get(field)) {
                case String name -> {
                    if (name.isEmpty()) {
                        at.invalid(
                                field,
                                name,
                                fields.equals(SELECTIONS)
                                        ? "must be either unset or set to a non-empty string"
                                        : "must not be empty");
                    } else {
                        set.add("`" + field + "`");
                        at.dnsSubdomain(field);
                    }
                }
                case Boolean flag -> {
                    if (flag) {
                        set.add("`" + field + "`");
                    } else {
                        at.invalid(field, false, "must be either unset or set to true");
                    }
                }
                case null, default -> set.add("`" + field + "`");
            }
        }
        return set;
    }

    /// @param old what is stored; null on create
    private static void rest(At spec, @Nullable Tree old) {
        var set = nodeFields(spec, SELECTIONS);
        SchedulingValidation.nodeSelector(spec.at("nodeSelector"));
        if (spec.has("nodeSelector") && spec.each("nodeSelector.nodeSelectorTerms").size() != 1) {
            spec.invalid(
                    "nodeSelector.nodeSelectorTerms", "must have exactly one node selector term");
        }
        String one =
                "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection`"
                        + " is required";
        if (set.isEmpty()) {
            spec.errors().required(spec.path(), one);
        } else if (set.size() > 1) {
            spec.errors()
                    .invalid(
                            spec.path(),
                            "{" + String.join(", ", set) + "}",
                            one + ", but multiple fields are set");
        }
        if (spec.has("sharedCounters") && spec.has("devices")) {
            spec.errors()
                    .invalid(
                            spec.path(),
                            "",
                            "only one of `sharedCounters` or `devices` is allowed");
        }
        devices(spec, old);
        counterSets(spec);
    }

    private static void devices(At spec, @Nullable Tree old) {
        var devices = spec.each("devices");
        int max =
                devices.stream().anyMatch(ResourceSlices::isAdvanced)
                        ? ADVANCED_DEVICES_MAX
                        : DEVICES_MAX;
        if (!DeviceNames.fits(spec, "devices", devices.size(), max)) {
            return;
        }
        boolean perDevice = spec.bool("perDeviceNodeSelection");
        var names = new HashSet<String>();
        Map<String, Tree> before = new HashMap<>();
        if (old != null) {
            old.trees("devices").forEach(each -> before.put(each.string("name", ""), each));
        }
        devices.forEach(device ->
                DeviceRules.validate(device, before.get(device.string("name")), perDevice));
        for (At device : devices) {
            if (!names.add(device.string("name"))) {
                device.errors().duplicate(device.path(), device.string("name"));
            }
        }
    }

    private static boolean isAdvanced(At device) {
        return !device.each("taints").isEmpty() || !device.each("consumesCounters").isEmpty();
    }

    private static void counterSets(At spec) {
        var sets = spec.each("sharedCounters");
        if (!DeviceNames.fits(spec.later(), "sharedCounters", sets.size(), COUNTER_SETS_MAX)) {
            return;
        }
        var names = new HashSet<String>();
        for (At set : sets) {
            DeviceRules.counters(set, "name");
            if (!names.add(set.string("name"))) {
                set.later().errors().duplicate(set.path(), set.string("name"));
            }
        }
    }

    @Override
    public List<SelectableField> selectableFields() {
        return List.of(SelectableField.at("spec.nodeName"), SelectableField.at("spec.driver"));
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        String driver = tree.string("spec.driver", "");
        return driver.equals(driver.toLowerCase(Locale.ROOT))
                ? List.of()
                : List.of(
                        "spec.driver: driver names should be lowercase; "
                                + FieldErrors.quote(driver)
                                + " contains uppercase characters");
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                Column.text(
                        "Node", "Where its devices are", s -> Cells.text(s, "spec", "nodeName")),
                Column.text("Driver", "Who publishes it", s -> Cells.text(s, "spec", "driver")),
                Column.text(
                        "Pool",
                        "Pool that it is a part of",
                        s -> Cells.text(s, "spec", "pool", "name")),
                Column.age());
    }
}
