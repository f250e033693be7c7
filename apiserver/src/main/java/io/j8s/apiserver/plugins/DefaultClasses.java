package io.j8s.apiserver.plugins;

import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupResource;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;

/// Finds the class that an annotation marks as default; among several the newest, then the first by
/// name (upstream: `pkg/volume/util.GetDefaultClass` and its like).
final class DefaultClasses {

    private static final Comparator<Tree> NEWEST_FIRST =
            Comparator.comparing((Tree tree) -> tree.string("metadata.creationTimestamp", ""))
                    .reversed()
                    .thenComparing(tree -> tree.string("metadata.name", ""));

    private DefaultClasses() {}

    static @Nullable Tree find(Lookup lookup, GroupResource resource, String annotation) {
        return lookup.list(resource, "").stream()
                .filter(tree ->
                        "true".equals(tree.stringMap("metadata.annotations").get(annotation)))
                .min(NEWEST_FIRST)
                .orElse(null);
    }
}
