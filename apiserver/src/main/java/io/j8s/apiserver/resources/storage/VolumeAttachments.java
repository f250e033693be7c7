package io.j8s.apiserver.resources.storage;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.registry.Column;
import io.j8s.apiserver.registry.Names;
import io.j8s.apiserver.registry.ResourceStrategy;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.resources.rules.DriverNames;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import java.util.List;

/// Everything the API server knows about `storage.k8s.io/v1 VolumeAttachment`.
public final class VolumeAttachments implements ResourceStrategy<GenericKubernetesResource> {

    private static final int METADATA_BYTES_MAX = 256 * 1024;
    private static final int MESSAGE_BYTES_MAX = 1024; // upstream: maxVolumeErrorMessageSize

    @Override
    public Names names() {
        return new Names("storage.k8s.io/v1", "VolumeAttachment", "volumeattachments");
    }

    @Override
    public Class<GenericKubernetesResource> view() {
        return GenericKubernetesResource.class;
    }

    @Override
    public boolean updatesUnconditionally() {
        return false;
    }

    @Override
    public boolean countsGenerations() {
        return false;
    }

    @Override
    public boolean returnsDeletedObject() {
        return true;
    }

    @Override
    public void validate(Tree tree, FieldErrors errors) {
        At root = At.root(tree, errors);
        DriverNames.declared(root.later(), "spec.attacher");
        spec(root);
    }

    private static void spec(At root) {
        source(root);
        root.dnsSubdomain("spec.nodeName");
        if (root.at("status") instanceof At status) {
            status(status);
        }
        if (root.has("spec.source.persistentVolumeName")) {
            root.dnsSubdomain("spec.source.persistentVolumeName");
        }
    }

    private static void source(At root) {
        boolean inline = root.has("spec.source.inlineVolumeSpec");
        boolean named = root.has("spec.source.persistentVolumeName");
        String one = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
        if (!inline && !named) {
            root.required("spec.source", one);
        } else if (inline && named) {
            root.forbidden("spec.source", one);
        } else if (named && root.string("spec.source.persistentVolumeName").isEmpty()) {
            root.required(
                    "spec.source.persistentVolumeName",
                    "must specify non empty persistentVolumeName");
        }
    }

    private static void status(At status) {
        long bytes =
                status.tree().stringMap("attachmentMetadata").entrySet().stream()
                        .mapToLong(e ->
                                (long) NameRules.utf8Length(e.getKey())
                                        + NameRules.utf8Length(e.getValue()))
                        .sum();
        if (bytes > METADATA_BYTES_MAX) {
            status.errors().tooLong(status.path("attachmentMetadata"), METADATA_BYTES_MAX);
        }
        for (String field : List.of("attachError", "detachError")) {
            At error = status.at(field);
            if (error == null) {
                continue;
            }
            if (NameRules.utf8Length(error.string("message")) > MESSAGE_BYTES_MAX) {
                error.errors().tooLong(error.path("message"), MESSAGE_BYTES_MAX);
            }
            if (error.number("errorCode") < 0) {
                error.invalid("errorCode", "must be between 0 and 2147483647, inclusive");
            }
        }
    }

    @Override
    public void validateUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        At root = At.root(tree, errors);
        if (tree.semanticallyEquals(oldTree, "spec.attacher")) {
            DriverNames.validate(root, "spec.attacher"); // declared rules look at changes only
        } else {
            DriverNames.declared(root.later(), "spec.attacher");
        }
        spec(root);
        root.later().unchanged("spec", oldTree);
    }

    @Override
    public void validateStatusUpdate(Tree tree, Tree oldTree, FieldErrors errors) {
        validateUpdate(tree, oldTree, errors);
    }

    @Override
    public List<Column<GenericKubernetesResource>> columns() {
        return List.of(
                new Column<>(
                        "Attacher",
                        "string",
                        "name",
                        "Driver that attaches",
                        0,
                        (a, _) -> Cells.text(a, "spec", "attacher")),
                Column.text(
                        "PV",
                        "Volume that is attached",
                        a -> Cells.text(a, "spec", "source", "persistentVolumeName")),
                Column.text("Node", "Where it is attached", a -> Cells.text(a, "spec", "nodeName")),
                new Column<>(
                        "Attached",
                        "boolean",
                        "",
                        "Whether it is attached by now",
                        0,
                        (a, _) -> Cells.bool(false, a, "status", "attached")),
                Column.age());
    }
}
