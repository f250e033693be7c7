package io.j8s.apiserver.registry;

import io.j8s.apiserver.registry.ResourceStrategy.Propagation;
import io.j8s.apiserver.registry.WriteRequest.WriteOptions;
import io.j8s.apiserver.request.Query;
import io.j8s.apiserver.schema.FieldValidation;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldError;
import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Reads the options that stand in a request's query, with upstream's refusals.
public final class Queries {

    private static final String META = "meta.k8s.io";
    private static final int MANAGER_LENGTH_MAX = 128;

    private Queries() {}

    /// @param kind `CreateOptions`, `UpdateOptions` or `PatchOptions`
    public static WriteOptions write(Query query, String kind) {
        var errors = new FieldErrors();
        boolean dryRun = dryRun(query.all("dryRun"), errors);
        String manager = query.first("fieldManager");
        if (manager.length() > MANAGER_LENGTH_MAX) {
            errors.tooLong("fieldManager", MANAGER_LENGTH_MAX);
        }
        for (int i = 0; i < manager.length(); i++) {
            if (Character.isISOControl(manager.charAt(i))) {
                errors.invalid("fieldManager", manager, "should only contain printable characters");
                break;
            }
        }
        var validation =
                switch (query.first("fieldValidation")) {
                    case "", "Warn" -> FieldValidation.WARN;
                    case "Strict" -> FieldValidation.STRICT;
                    case "Ignore" -> FieldValidation.IGNORE;
                    default -> {
                        errors.notSupported(
                                "fieldValidation",
                                query.first("fieldValidation"),
                                List.of("Ignore", "Strict", "Warn"));
                        yield FieldValidation.WARN;
                    }
                };
        refuse(kind, errors);
        return new WriteOptions(dryRun, validation, manager, query.flag("force"));
    }

    static boolean dryRun(List<String> values, FieldErrors errors) {
        if (values.isEmpty() || values.equals(List.of("All"))) {
            return !values.isEmpty();
        }
        var listed = values.stream().map(FieldErrors::quote).toList();
        errors.add(
                new FieldError(
                        FieldError.Type.NOT_SUPPORTED,
                        "dryRun",
                        "Unsupported value: []string{"
                                + String.join(", ", listed)
                                + "}: supported values: \"All\""));
        return true;
    }

    public static void refuse(String kind, FieldErrors errors) {
        if (!errors.isEmpty()) {
            throw new ApiException(new ApiError.Invalid(META, kind, "", errors.list()));
        }
    }

    static DeleteOptions delete(Query query) {
        var errors = new FieldErrors();
        boolean dryRun = dryRun(query.all("dryRun"), errors);
        Long grace = number(query, "gracePeriodSeconds");
        Boolean orphan = query.has("orphanDependents") ? query.flag("orphanDependents") : null;
        var propagation = propagation(query.first("propagationPolicy"), orphan, errors);
        refuse("DeleteOptions", errors);
        return new DeleteOptions(grace, orphan, propagation, null, null, dryRun);
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
                        "propagationPolicy", text, List.of("Foreground", "Background", "Orphan"));
                yield null;
            }
        };
    }

    /// Null when it is not given.
    static @Nullable Long number(Query query, String name) {
        String text = query.first(name);
        if (text.isEmpty()) {
            return null;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw new ApiException(
                    new ApiError.BadRequest(
                            "strconv.ParseInt: parsing "
                                    + FieldErrors.quote(text)
                                    + ": invalid syntax"));
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
