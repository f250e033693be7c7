package io.j8s.apiserver.registry;

import io.j8s.apiserver.patch.Patches.Kind;
import io.j8s.apiserver.request.Exchange;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;

import org.jspecify.annotations.Nullable;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// Which kind of patch a request's `Content-Type` announces.
public final class PatchTypes {

    private static final String APPLY = "application/apply-patch+yaml";
    private static final Map<String, Kind> KINDS = kinds();

    private PatchTypes() {}

    private static Map<String, Kind> kinds() {
        var kinds = new LinkedHashMap<String, Kind>(); // in the order of upstream's message
        kinds.put("application/json-patch+json", Kind.JSON);
        kinds.put("application/merge-patch+json", Kind.MERGE);
        kinds.put("application/strategic-merge-patch+json", Kind.STRATEGIC_MERGE);
        return Collections.unmodifiableMap(kinds);
    }

    /// Null for an apply patch.
    static @Nullable Kind of(Exchange exchange) {
        String type = mediaType(exchange);
        if (type.equals(APPLY)) {
            return null;
        }
        var kind = KINDS.get(type);
        if (kind == null) {
            throw new ApiException(new ApiError.NotConsumed());
        }
        return kind;
    }

    public static boolean isApply(Exchange exchange) {
        return mediaType(exchange).equals(APPLY);
    }

    /// Where nothing can be applied.
    public static Kind plain(Exchange exchange) {
        var kind = KINDS.get(mediaType(exchange));
        if (kind == null) {
            throw new ApiException(new ApiError.NotConsumed());
        }
        return kind;
    }

    private static String mediaType(Exchange exchange) {
        String header = exchange.header("Content-Type");
        String type = header == null ? "" : header;
        int semicolon = type.indexOf(';');
        return (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
    }
}
