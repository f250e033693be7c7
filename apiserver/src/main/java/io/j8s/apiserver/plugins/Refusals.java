package io.j8s.apiserver.plugins;

import io.j8s.apiserver.admission.AdmissionAttributes;
import io.j8s.apiserver.admission.AdmissionAttributes.Operation;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.GroupResource;

/// What plugins have in common: how they refuse (upstream: `admission.NewForbidden`) and what they
/// are asked about. Pure.
final class Refusals {

    private Refusals() {}

    /// 403 with the object's name, or what is known of it before one is generated.
    static ApiException forbidden(AdmissionAttributes attributes, String cause) {
        return new ApiException(
                new ApiError.Forbidden(
                        attributes.resource().groupResource(), name(attributes), cause));
    }

    static String name(AdmissionAttributes attributes) {
        if (!attributes.key().name().isEmpty()) {
            return attributes.key().name();
        }
        var object = attributes.object();
        if (object != null) {
            var name = object.string("metadata.name", "");
            var prefix = object.string("metadata.generateName", "");
            if (!name.isEmpty() || !prefix.isEmpty()) {
                return name.isEmpty() ? prefix : name;
            }
        }
        return "Unknown"; // upstream
    }

    static boolean isFor(AdmissionAttributes attributes, String group, String resource) {
        return attributes.resource().groupResource().equals(new GroupResource(group, resource));
    }

    static boolean isPod(AdmissionAttributes attributes) {
        return attributes.resource().group().isEmpty()
                && attributes.resource().resource().equals("pods")
                && attributes.subresource().isEmpty();
    }

    static boolean isCreate(AdmissionAttributes attributes) {
        return attributes.operation() == Operation.CREATE;
    }

    static boolean isUpdate(AdmissionAttributes attributes) {
        return attributes.operation() == Operation.UPDATE;
    }
}
