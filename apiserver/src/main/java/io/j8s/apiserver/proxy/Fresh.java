package io.j8s.apiserver.proxy;

import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;

import java.util.Optional;

/// Reads what a request names from the store: whoever has just seen an object, perhaps through
/// another server, must be led to it. Blocks.
final class Fresh {

    private Fresh() {}

    static Tree object(Lookup lookup, GroupResource resource, ObjectKey key) {
        return find(lookup, resource, key)
                .orElseThrow(() -> new ApiException(new ApiError.NotFound(resource, key.name())));
    }

    static Optional<Tree> find(Lookup lookup, GroupResource resource, ObjectKey key) {
        try {
            return lookup.getFresh(resource, key);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new ApiException(new ApiError.Internal("interrupted"));
        }
    }
}
