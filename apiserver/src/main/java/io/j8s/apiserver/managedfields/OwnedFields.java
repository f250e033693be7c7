package io.j8s.apiserver.managedfields;

import org.jspecify.annotations.Nullable;

/// What one manager owns.
///
/// @param fields paths in terms of `apiVersion`
/// @param apiVersion the version that the manager wrote in
/// @param time when it last took or applied a field, as text; null when unknown
record OwnedFields(FieldSet fields, String apiVersion, @Nullable String time) {

    OwnedFields with(FieldSet changed) {
        return new OwnedFields(changed, apiVersion, time);
    }
}
