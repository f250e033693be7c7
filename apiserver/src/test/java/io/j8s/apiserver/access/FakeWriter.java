package io.j8s.apiserver.access;

import io.j8s.apiserver.registry.Writer;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;

import java.util.ArrayList;
import java.util.List;

/// Writes into a [FakeLookup] without any rules of a registry.
public final class FakeWriter implements Writer {

    private final FakeLookup lookup;
    public final List<String> writes = new ArrayList<>();

    public FakeWriter(FakeLookup lookup) {
        this.lookup = lookup;
    }

    @Override
    public Tree create(UserInfo user, GroupVersionResource resource, Tree object) {
        var key = key(object);
        if (lookup.get(resource.groupResource(), key).isPresent()) {
            throw new ApiException(
                    new ApiError.AlreadyExists(resource.groupResource(), key.name()));
        }
        writes.add("create " + resource.resource() + " " + key);
        lookup.put(resource.groupResource().toString(), object);
        return object;
    }

    @Override
    public Tree update(
            UserInfo user, GroupVersionResource resource, String subresource, Tree object) {
        writes.add("update " + resource.resource() + " " + key(object));
        lookup.put(resource.groupResource().toString(), object);
        return object;
    }

    @Override
    public void delete(UserInfo user, GroupVersionResource resource, ObjectKey key) {
        if (lookup.get(resource.groupResource(), key).isEmpty()) {
            throw new ApiException(new ApiError.NotFound(resource.groupResource(), key.name()));
        }
        writes.add("delete " + resource.resource() + " " + key);
        lookup.delete(resource.groupResource().toString(), key);
    }

    private static ObjectKey key(Tree object) {
        return new ObjectKey(
                object.string("metadata.namespace", ""), object.string("metadata.name", ""));
    }
}
