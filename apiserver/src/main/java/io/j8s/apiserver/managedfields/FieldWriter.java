package io.j8s.apiserver.managedfields;

import io.j8s.apiserver.schema.TypeSchema;

import java.time.Instant;

/// Who writes an object, in which version and through which subresource.
///
/// @param type the type of the trees in `apiVersion`
/// @param apiVersion version of the request, e.g. `apps/v1`
/// @param kind the request's kind, e.g. `Deployment`
/// @param subresource empty for the main resource
/// @param manager `fieldManager` of the request, or [FieldManagers#name] of it and the User-Agent
/// @param reset fields that the request can't write (upstream: GetResetFields), e.g. `status` of
///   the main resource; see [ResetFields]
/// @param converter shows objects in other served versions of the kind
/// @param now becomes the entry's time
public record FieldWriter(
        TypeSchema type,
        String apiVersion,
        String kind,
        String subresource,
        String manager,
        FieldSet reset,
        VersionConverter converter,
        Instant now) {}
