package io.j8s.apiserver.registry;

import io.j8s.apiserver.cache.StoredResource;
import io.j8s.apiserver.schema.DecodeException;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.meta.ObjectKey;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Where a list goes on: upstream's token (`storage.EncodeContinue`), so that a client may change
/// servers between two pages.
///
/// @param revision the revision of the first page; -1 to go on with what is there now
/// @param after the last key of the page before
record ContinueToken(long revision, ObjectKey after) {

    private static final String VERSION = "meta.k8s.io/v1";

    String encode(StoredResource resource) {
        String start =
                resource.namespaced() ? after.namespace() + "/" + after.name() : after.name();
        String json =
                "{\"v\":\"%s\",\"rv\":%d,\"start\":\"%s\\u0000\"}"
                        .formatted(VERSION, revision, start);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    static ContinueToken decode(String token, StoredResource resource) {
        try {
            byte[] json = Base64.getUrlDecoder().decode(token);
            if (JsonCodec.readDynamic(json) instanceof TreeMap map) {
                return decode(map, resource);
            }
        } catch (IllegalArgumentException _) {
            throw invalid(
                    "continue key is not valid: illegal base64 data at input byte "
                            + illegalByte(token));
        } catch (DecodeException e) {
            throw invalid("continue key is not valid: " + e.text());
        }
        throw invalid("continue key is not valid: not an object");
    }

    /// Where Go's decoder stops: at the first byte that is none of its alphabet, else at the end.
    private static int illegalByte(String token) {
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            boolean isDigit =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || c == '-'
                            || c == '_';
            if (!isDigit) {
                return i;
            }
        }
        return token.length();
    }

    private static ContinueToken decode(TreeMap map, StoredResource resource) {
        if (!map.string("v", "").equals(VERSION)) {
            throw invalid(
                    "continue key is not valid: server does not recognize this encoded version \""
                            + map.string("v", "")
                            + "\"");
        }
        Num revision = map.number("rv");
        if (revision == null || revision.longValue() == 0) {
            throw invalid(
                    "continue key is not valid: incorrect encoded start resourceVersion (version "
                            + VERSION
                            + ")");
        }
        String start = map.string("start", "");
        if (start.isEmpty()) {
            throw invalid(
                    "continue key is not valid: encoded start key empty (version " + VERSION + ")");
        }
        if (start.startsWith("/") || start.contains("..")) {
            throw invalid("continue key is not valid: " + start);
        }
        String last = start.endsWith("\0") ? start.substring(0, start.length() - 1) : start;
        int slash = resource.namespaced() ? last.indexOf('/') : -1;
        return new ContinueToken(
                revision.longValue(),
                slash < 0
                        ? ObjectKey.clusterScoped(last)
                        : new ObjectKey(last.substring(0, slash), last.substring(slash + 1)));
    }

    private static ApiException invalid(String why) {
        return new ApiException(new ApiError.BadRequest("invalid continue token: " + why));
    }
}
