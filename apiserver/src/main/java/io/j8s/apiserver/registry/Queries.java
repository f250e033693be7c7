package io.j8s.apiserver.registry;

import io.j8s.apiserver.managedfields.FieldManagers;
import io.j8s.apiserver.registry.ResourceStrategy.Propagation;
import io.j8s.apiserver.registry.WriteRequest.WriteOptions;
import io.j8s.apiserver.request.Query;
import io.j8s.apiserver.schema.FieldValidation;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Reads the options that stand in a request's query, with upstream's refusals.
public final class Queries {

    private static final String META = "meta.k8s.io";

    private Queries() {}

    /// @param kind `CreateOptions` or `UpdateOptions`
    public static WriteOptions write(Query query, String kind) {
        var errors = new FieldErrors();
        FieldManagers.validate(query.first("fieldManager"), errors);
        return write(query, kind, errors);
    }

    /// Upstream's `ValidatePatchOptions`.
    ///
    /// @param isApply whether the patch is a server-side apply
    public static WriteOptions patch(Query query, boolean isApply) {
        var errors = new FieldErrors();
        FieldManagers.validatePatch(
                query.first("fieldManager"), isApply, query.has("force"), errors);
        return write(query, "PatchOptions", errors);
    }

    private static WriteOptions write(Query query, String kind, FieldErrors errors) {
        boolean dryRun = dryRun(query.all("dryRun"), errors);
        String asked = query.first("fieldValidation");
        var validation =
                switch (asked) {
                    case "", "Warn" -> FieldValidation.WARN;
                    case "Strict" -> FieldValidation.STRICT;
                    case "Ignore" -> FieldValidation.IGNORE;
                    default -> {
                        errors.notSupported(
                                "fieldValidation", asked, List.of("", "Ignore", "Strict", "Warn"));
                        yield FieldValidation.WARN;
                    }
                };
        refuse(kind, errors);
        return new WriteOptions(
                dryRun, validation, query.first("fieldManager"), query.flag("force"));
    }

    static boolean dryRun(List<String> values, FieldErrors errors) {
        if (!values.stream().allMatch("All"::equals)) {
            errors.notSupported("dryRun", values, List.of("All"));
        }
        return !values.isEmpty();
    }

    public static void refuse(String kind, FieldErrors errors) {
        if (!errors.isEmpty()) {
            throw new ApiException(new ApiError.Invalid(META, kind, "", errors.list()));
        }
    }

    static DeleteOptions delete(Query query) {
        var errors = new FieldErrors();
        Long grace = number(query, "gracePeriodSeconds");
        Boolean orphan = query.has("orphanDependents") ? query.flag("orphanDependents") : null;
        var propagation = propagation(query.first("propagationPolicy"), orphan, errors);
        boolean dryRun = dryRun(query.all("dryRun"), errors);
        refuse("DeleteOptions", errors);
        return new DeleteOptions(
                grace,
                orphan,
                propagation,
                given(query.first("uid")),
                given(query.first("resourceVersion")),
                dryRun,
                false);
    }

    private static @Nullable String given(String text) {
        return text.isEmpty() ? null : text;
    }

    static @Nullable Propagation propagation(
            String text, @Nullable Boolean orphan, FieldErrors errors) {
        if (!text.isEmpty() && orphan != null) {
            errors.invalid(
                    "propagationPolicy",
                    text,
                    "orphanDependents and deletionPropagation cannot be both set");
        }
        return switch (text) {
            case "" -> null;
            case "Background" -> Propagation.BACKGROUND;
            case "Foreground" -> Propagation.FOREGROUND;
            case "Orphan" -> Propagation.ORPHAN;
            default -> {
                errors.notSupported(
                        "propagationPolicy",
                        text,
                        List.of("Foreground", "Background", "Orphan", "nil"));
                yield null;
            }
        };
    }

    /// Null when it is not given.
    public static @Nullable Long number(Query query, String name) {
        String text = query.first(name);
        if (text.isEmpty()) {
            return null;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            boolean isNumber = text.matches("[+-]?[0-9]+");
            throw new ApiException(
                    new ApiError.BadRequest(
                            "strconv.ParseInt: parsing "
                                    + FieldErrors.quote(text)
                                    + (isNumber ? ": value out of range" : ": invalid syntax")));
        }
    }

    /// As [#revision], in the words that lists have for it.
    static long listRevision(String text) {
        try {
            return revision(text, "resourceVersion");
        } catch (ApiException e) {
            throw e.error() instanceof ApiError.BadRequest(var message)
                    ? new ApiException(
                            new ApiError.BadRequest("invalid resource version: " + message))
                    : e;
        }
    }

    /// A revision as clients send it; 0 when it is not given.
    static long revision(String text, String field) {
        if (text.isEmpty()) {
            return 0;
        }
        try {
            long revision = Long.parseLong(text);
            if (revision >= 0) {
                return revision;
            }
        } catch (NumberFormatException _) {
            // refused below
        }
        throw new ApiException(
                new ApiError.BadRequest(
                        field
                                + ": Invalid value: "
                                + FieldErrors.quote(text)
                                + ": strconv.ParseUint: parsing "
                                + FieldErrors.quote(text)
                                + ": invalid syntax"));
    }
}
