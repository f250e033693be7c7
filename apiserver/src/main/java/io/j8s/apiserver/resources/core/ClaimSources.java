package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

/// Keeps the two fields that name what a claim is filled from in step (upstream:
/// `EnforceDataSourceBackwardsCompatibility`, `NormalizeDataSources`). Pure.
final class ClaimSources {

    private static final String OLD = "dataSource";
    private static final String NEW = "dataSourceRef";

    private ClaimSources() {}

    /// @param old null on create
    static void prepare(Tree spec, @Nullable Tree old) {
        // upstream: CrossNamespaceVolumeDataSource is off by default
        if (!spec.string(NEW + ".namespace", "").isEmpty() && (old == null || !old.has(NEW))) {
            spec.remove(NEW);
        }
        boolean inUse = old != null && (old.has(OLD) || old.has(NEW));
        if (!inUse && !spec.has(NEW) && !isOldKind(spec)) {
            spec.remove(OLD);
        }
        normalize(spec);
    }

    /// Before there was `dataSourceRef`, anything but these was dropped without a word.
    private static boolean isOldKind(Tree spec) {
        String group = spec.string(OLD + ".apiGroup", "");
        return switch (spec.string(OLD + ".kind", "")) {
            case "PersistentVolumeClaim" -> group.isEmpty();
            case "VolumeSnapshot" -> group.equals("snapshot.storage.k8s.io");
            default -> false;
        };
    }

    static void normalize(Tree spec) {
        if (spec.tree(NEW) instanceof Tree now && !now.string("namespace", "").isEmpty()) {
            return;
        }
        if (spec.tree(OLD) instanceof Tree before && !spec.has(NEW)) {
            copy(before, spec.ensure(NEW));
        } else if (spec.tree(NEW) instanceof Tree now && !spec.has(OLD)) {
            copy(now, spec.ensure(OLD));
        }
    }

    private static void copy(Tree from, Tree to) {
        for (String field : new String[] {"apiGroup", "kind", "name"}) {
            to.set(field, from.get(field));
        }
    }
}
