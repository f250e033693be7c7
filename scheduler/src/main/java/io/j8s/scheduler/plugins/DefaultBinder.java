package io.j8s.scheduler.plugins;

import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.scheduler.core.BindPlugin;
import io.j8s.scheduler.core.PluginFailure;
import io.j8s.scheduler.core.PodInfo;

import java.io.UncheckedIOException;

/// Binds a pod by its `binding` subresource.
public final class DefaultBinder implements BindPlugin {

    private final Api api;

    public DefaultBinder(Api api) {
        this.api = api;
    }

    @Override
    public String name() {
        return "DefaultBinder";
    }

    @Override
    public boolean bind(PodInfo pod, String node) {
        try {
            api.post(Kinds.PODS, pod.key(), "binding", binding(pod, node));
            return true;
        } catch (StatusException | UncheckedIOException refused) {
            throw new PluginFailure(Meta.orEmpty(refused.getMessage()));
        }
    }

    private static String binding(PodInfo pod, String node) {
        return """
        {"apiVersion":"v1","kind":"Binding","metadata":{"name":%s,"namespace":%s,"uid":%s},\
        "target":{"kind":"Node","name":%s}}\
        """
                .formatted(
                        FieldErrors.quote(pod.key().name()),
                        FieldErrors.quote(pod.namespace()),
                        FieldErrors.quote(pod.uid()),
                        FieldErrors.quote(node));
    }
}
