package io.j8s.apiserver.resources.storage;

import io.fabric8.kubernetes.api.model.storage.StorageClass;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.NodeLabels;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Everything the API server knows about `storage.k8s.io/v1 StorageClass`.
public final class StorageClasses implements ResourceStrategy<StorageClass> {

    @Override
    public Names names() {
        return new Names("storage.k8s.io/v1", "StorageClass", "storageclasses");
    }

    @Override
    public Class<StorageClass> view() {
        return StorageClass.class;
    }

    @Override
    public void applyDefaults(Tree storageClass) {
        storageClass.setDefault("reclaimPolicy", "Delete");
        storageClass.setDefault("volumeBindingMode", "Immediate");
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    private static final String DEFAULT = "storageclass.kubernetes.io/is-default-class";
    private static final String OLD_DEFAULT = "storageclass.beta.kubernetes.io/is-default-class";
    private static final Comparator<StorageClass> NEWEST_FIRST =
            Comparator.comparing((StorageClass c) -> c.getMetadata().getCreationTimestamp())
                    .reversed()
                    .thenComparing(StorageClasses::name);

    /// The name tells which class is the default one.
    @Override
    public boolean tableBeginsWithName() {
        return false;
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        ClassParameters.driver(root, "provisioner");
        ClassParameters.validate(root, true);
        if (!root.string("reclaimPolicy").isEmpty()) {
            root.optionalOneOf("reclaimPolicy", "Delete", "Retain");
        }
        root.optionalOneOf("volumeBindingMode", "Immediate", "WaitForFirstConsumer");
        topologies(root);
    }

    private static void topologies(At root) {
        var terms = new ArrayList<Map<String, Set<String>>>();
        for (At term : root.each("allowedTopologies")) {
            var labels = new HashMap<String, Set<String>>();
            for (At requirement : term.each("matchLabelExpressions")) {
                var values = new HashSet<String>();
                var list = requirement.strings("values");
                if (list.isEmpty()) {
                    requirement.required("values");
                }
                for (int i = 0; i < list.size(); i++) {
                    if (!values.add(list.get(i))) {
                        requirement.duplicate("values[" + i + "]", list.get(i));
                    }
                }
                requirement.qualifiedName("key");
                if (labels.put(requirement.string("key"), values) != null) {
                    requirement.duplicate("key", requirement.string("key"));
                }
            }
            // upstream: places left free for each term count as empty terms
            if (labels.isEmpty() || terms.contains(labels)) {
                term.duplicate("matchLabelExpressions", "");
            }
            terms.add(labels);
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        validate(tree, errors);
        At root = At.root(tree, errors).later();
        root.unchanged("provisioner", oldTree);
        root.unchanged("parameters", oldTree);
        root.unchanged("reclaimPolicy", oldTree);
        root.unchanged("volumeBindingMode", oldTree);
    }

    @Override
    public List<String> warnings(Tree tree, @Nullable Tree oldTree) {
        var warnings = new ArrayList<String>();
        var terms = tree.trees("allowedTopologies");
        for (int i = 0; i < terms.size(); i++) {
            var labels = terms.get(i).trees("matchLabelExpressions");
            for (int j = 0; j < labels.size(); j++) {
                if (NodeLabels.warning(labels.get(j).string("key", "")) instanceof String text) {
                    warnings.add(
                            "allowedTopologies[%d].matchLabelExpressions[%d].key: %s"
                                    .formatted(i, j, text));
                }
            }
        }
        return warnings;
    }

    @Override
    public List<Column<StorageClass>> columns() {
        return columns(Optional.empty());
    }

    /// Only a list tells which class is the default one of several that say so.
    @Override
    public List<Column<StorageClass>> columnsOfList(List<StorageClass> rows) {
        return columns(
                rows.stream()
                        .filter(StorageClasses::saysDefault)
                        .min(NEWEST_FIRST)
                        .map(StorageClasses::name));
    }

    private static List<Column<StorageClass>> columns(Optional<String> defaultClass) {
        return List.of(
                new Column<>(
                        "Name",
                        "string",
                        "name",
                        "Name of the class",
                        0,
                        (c, _) ->
                                defaultClass.filter(name(c)::equals).isPresent()
                                        ? name(c) + " (default)"
                                        : name(c)),
                Column.text("Provisioner", "Who makes the volumes", StorageClass::getProvisioner),
                Column.text(
                        "ReclaimPolicy",
                        "What becomes of released volumes",
                        StorageClass::getReclaimPolicy),
                Column.text(
                        "VolumeBindingMode",
                        "When volumes are bound",
                        StorageClass::getVolumeBindingMode),
                Column.text(
                        "AllowVolumeExpansion",
                        "Whether volumes may grow",
                        c -> Boolean.TRUE.equals(c.getAllowVolumeExpansion())),
                Column.age());
    }

    private static boolean saysDefault(StorageClass storageClass) {
        var annotations = storageClass.getMetadata().getAnnotations();
        return "true".equals(annotations.get(DEFAULT))
                || "true".equals(annotations.get(OLD_DEFAULT));
    }

    private static String name(StorageClass storageClass) {
        return Objects.requireNonNullElse(storageClass.getMetadata().getName(), "");
    }
}
