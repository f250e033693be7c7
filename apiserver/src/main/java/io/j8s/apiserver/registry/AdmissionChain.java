package io.j8s.apiserver.registry;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.ObjectKey;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Runs the admission plugins in their order: first all that change, later all that only refuse.
public final class AdmissionChain {

    private volatile List<AdmissionPlugin> plugins = List.of();

    /// Plugins read and write through the registry that they guard, so they come after it.
    public void use(List<AdmissionPlugin> ordered) {
        plugins = List.copyOf(ordered);
    }

    public void mutate(AdmissionAttributes attributes) throws InterruptedException {
        for (var plugin : plugins) {
            if (plugin.handles(attributes)) {
                plugin.mutate(attributes);
            }
        }
    }

    public void validate(AdmissionAttributes attributes) throws InterruptedException {
        for (var plugin : plugins) {
            if (plugin.handles(attributes)) {
                plugin.validate(attributes);
            }
        }
    }

    static AdmissionAttributes attributes(
            WriteRequest request,
            Operation operation,
            ObjectKey key,
            @Nullable Tree object,
            @Nullable Tree old) {
        var kind = request.kind();
        var gvr = request.resource().gvr();
        return new AdmissionAttributes(
                request.context(),
                operation,
                gvr,
                kind.gvk(),
                request.subresource(),
                key,
                object,
                old,
                null,
                request.options().dryRun());
    }
}
