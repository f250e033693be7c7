package io.j8s.apiserver.registry;

import io.j8s.apiserver.managedfields.FieldManagement;
import io.j8s.apiserver.managedfields.FieldManagers;
import io.j8s.apiserver.managedfields.FieldWriter;
import io.j8s.apiserver.managedfields.ResetFields;
import io.j8s.apiserver.managedfields.VersionConverter;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/// Hands every write to [FieldManagement] with what it has to know of the resource. Trees are of
/// the request's version. Any thread.
final class FieldTracking {

    private final Registry registry;
    private final ResetFields reset = ResetFields.load();

    FieldTracking(Registry registry) {
        this.registry = registry;
    }

    /// A create, update or patch that is no apply: `updated` gets its managedFields.
    ///
    /// @param live null on create; left as it is
    void updated(@Nullable Tree live, Tree updated, WriteRequest request, Instant now) {
        var writer = writer(request, now);
        if (live == null) {
            FieldManagement.onCreate(updated, writer);
        } else {
            FieldManagement.onUpdate(live, updated, writer);
        }
    }

    /// Server-side apply: the new object with its managedFields.
    ///
    /// @param live null when it does not exist; left as it is
    Tree applied(@Nullable Tree live, TreeMap configuration, WriteRequest request, Instant now) {
        return FieldManagement.onApply(
                live == null ? new Tree(request.resource().type()) : live,
                configuration,
                request.options().force(),
                writer(request, now));
    }

    private FieldWriter writer(WriteRequest request, Instant now) {
        var resource = request.resource();
        String manager =
                FieldManagers.name(request.options().fieldManager(), request.context().userAgent());
        return new FieldWriter(
                resource.type(),
                resource.gvk().apiVersion(),
                resource.gvk().kind(),
                request.subresource(),
                manager.isEmpty() ? "unknown" : manager,
                reset.of(
                        resource.groupResource(),
                        request.subresource(),
                        resource.hasSubresource("status")),
                converter(resource),
                now);
    }

    private VersionConverter converter(ServedResource resource) {
        return (object, apiVersion) -> {
            // ownership also goes the way back: the object may be of another version than the
            // request
            var source =
                    object.type() == resource.type()
                            ? resource
                            : registry.findVersion(resource, object.string("apiVersion", ""));
            if (source == null) {
                throw new IllegalStateException("an object of no version: " + object.type());
            }
            if (apiVersion.equals(source.gvk().apiVersion())) {
                return object;
            }
            var target =
                    apiVersion.equals(resource.gvk().apiVersion())
                            ? resource
                            : registry.findVersion(resource, apiVersion);
            return target == null ? null : target.fromStored(source.toStored(object.copy()));
        };
    }
}
