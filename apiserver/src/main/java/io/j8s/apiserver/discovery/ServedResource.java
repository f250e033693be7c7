package io.j8s.apiserver.discovery;

import io.j8s.apiserver.schema.TypeSchema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A resource or subresource that the server has, as discovery shows it.
///
/// @param name plural, or `pods/status`
/// @param singular empty for subresources
/// @param kindGroup group of the kind, mostly that of the resource
/// @param kindVersion version of the kind, mostly that of the resource
/// @param storageVersionHash see [ServedApi#storageVersionHash]; empty for what is not stored
/// @param type of the kind's objects, for OpenAPI; null where there is none
public record ServedResource(
        String name,
        String singular,
        String kind,
        String kindGroup,
        String kindVersion,
        boolean namespaced,
        List<String> verbs,
        List<String> shortNames,
        List<String> categories,
        String storageVersionHash,
        @Nullable TypeSchema type) {

    public ServedResource {
        verbs = List.copyOf(verbs);
        shortNames = List.copyOf(shortNames);
        categories = List.copyOf(categories);
    }

    public boolean isSubresource() {
        return name.indexOf('/') >= 0;
    }
}
