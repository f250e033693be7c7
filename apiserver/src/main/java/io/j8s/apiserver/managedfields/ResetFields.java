package io.j8s.apiserver.managedfields;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.j8s.machinery.meta.GroupResource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/// Which fields a request can't write and so never owns (upstream: each strategy's
/// `GetResetFields`). Most resources follow one rule: the main resource can't write `status`,
/// `/status` can't write `spec`. What differs stands in `reset-fields.tsv`. Immutable.
public final class ResetFields {

    private static final FieldSet STATUS = FieldSet.of("status");
    private static final FieldSet SPEC = FieldSet.of("spec");
    private static final FieldSet SPEC_AND_METADATA = FieldSet.of("spec", "metadata");
    private static final FieldSet NONE = FieldSet.of();

    private record Key(GroupResource resource, String subresource) {}

    private final Map<Key, FieldSet> exceptions;

    private ResetFields(Map<Key, FieldSet> exceptions) {
        this.exceptions = exceptions;
    }

    /// Reads the exceptions that are packed with the server.
    public static ResetFields load() {
        var out = new HashMap<Key, FieldSet>();
        try (var in = ResetFields.class.getResourceAsStream("reset-fields.tsv")) {
            if (in == null) {
                throw new IllegalStateException("not on the class path: reset-fields.tsv");
            }
            new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> line.split("\t", -1))
                    .forEach(row ->
                            out.put(
                                    new Key(new GroupResource(row[0], row[1]), row[2]),
                                    FieldSet.of(row[3].split(" ", -1))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ResetFields(Map.copyOf(out));
    }

    /// @param subresource empty for the main resource
    /// @param hasStatus whether the resource has a `status` subresource
    public FieldSet of(GroupResource resource, String subresource, boolean hasStatus) {
        var exception = exceptions.get(new Key(resource, subresource));
        if (exception != null) {
            return exception;
        }
        if (subresource.equals("status")) {
            return SPEC;
        }
        return hasStatus ? STATUS : NONE;
    }

    /// The rule of custom resources.
    public static FieldSet ofCustom(String subresource, boolean hasStatus) {
        if (subresource.equals("status")) {
            return SPEC_AND_METADATA;
        }
        return hasStatus ? STATUS : NONE;
    }
}
