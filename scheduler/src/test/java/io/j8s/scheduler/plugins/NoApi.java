package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kind;
import io.j8s.machinery.meta.ObjectKey;

/// An API that must not be asked.
public class NoApi implements Api {

    private static IllegalStateException asked() {
        return new IllegalStateException("a pure rule asked the API");
    }

    @Override
    public <T extends HasMetadata> T get(Kind<T> kind, ObjectKey key) {
        throw asked();
    }

    @Override
    public <T extends HasMetadata> T create(Kind<T> kind, T object) {
        throw asked();
    }

    @Override
    public <T extends HasMetadata> T update(Kind<T> kind, T object) {
        throw asked();
    }

    @Override
    public <T extends HasMetadata> T updateSubresource(Kind<T> kind, String subresource, T object) {
        throw asked();
    }

    @Override
    public <T extends HasMetadata> T patch(Kind<T> kind, ObjectKey key, Patch patch) {
        throw asked();
    }

    @Override
    public void post(Kind<?> kind, ObjectKey key, String subresource, String body) {
        throw asked();
    }

    @Override
    public void delete(Kind<?> kind, ObjectKey key, Delete options) {
        throw asked();
    }

    @Override
    public void deleteCollection(Kind<?> kind, String namespace, Delete options) {
        throw asked();
    }

    @Override
    public <T extends HasMetadata> Page<T> list(Kind<T> kind, Query query) {
        throw asked();
    }

    @Override
    public <T extends HasMetadata> WatchStream<T> watch(Kind<T> kind, WatchQuery query) {
        throw asked();
    }

    @Override
    public String getRaw(String path, String accept) {
        throw asked();
    }
}
