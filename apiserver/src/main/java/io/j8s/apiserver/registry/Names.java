package io.j8s.apiserver.registry;

import io.j8s.machinery.meta.GroupVersionKind;

/// Which kind a strategy is about. Everything else of its naming stands in the fact table.
///
/// @param apiVersion the version that the strategy's rules are written for and that is stored, e.g.
///   `policy/v1`
/// @param plural the resource, e.g. `poddisruptionbudgets`
public record Names(String apiVersion, String kind, String plural) {

    public GroupVersionKind gvk() {
        return GroupVersionKind.of(apiVersion, kind);
    }
}
