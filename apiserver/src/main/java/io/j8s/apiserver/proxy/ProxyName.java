package io.j8s.apiserver.proxy;

import io.j8s.machinery.errors.ApiError;
import io.j8s.machinery.errors.ApiException;
import io.j8s.machinery.errors.FieldErrors;

/// A name in a `proxy` path: `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT` (upstream:
/// `utilnet.SplitSchemeNamePort`).
///
/// @param port a number or a port's name; empty for none
record ProxyName(String scheme, String name, String port) {

    private static final int PORT_MAX = 65_535;

    /// @param kind what it names, for the refusal
    static ProxyName parse(String kind, String text) {
        String[] parts = text.split(":", -1);
        var parsed =
                switch (parts.length) {
                    case 1 -> new ProxyName("", parts[0], "");
                    case 2 -> new ProxyName("", parts[0], parts[1]);
                    case 3 -> new ProxyName(parts[0], parts[1], parts[2]);
                    default -> throw invalid(kind, text);
                };
        boolean isSchemeKnown =
                parsed.scheme.isEmpty()
                        || parsed.scheme.equals("http")
                        || parsed.scheme.equals("https");
        if (parsed.name.isEmpty() || !isSchemeKnown) {
            throw invalid(kind, text);
        }
        return parsed;
    }

    private static ApiException invalid(String kind, String text) {
        return new ApiException(
                new ApiError.BadRequest("invalid " + kind + " request " + FieldErrors.quote(text)));
    }

    boolean isTls() {
        return scheme.equals("https");
    }

    /// Only services' ports are looked up by their names; all that is no number fails where it is
    /// dialled.
    int portNumber() {
        int number;
        try {
            number = Integer.parseInt(port);
        } catch (NumberFormatException _) {
            throw unreachable("lookup tcp/" + port + ": unknown port");
        }
        if (number < 0 || number > PORT_MAX) {
            throw unreachable("address " + number + ": invalid port");
        }
        return number;
    }

    private static ApiException unreachable(String why) {
        return new ApiException(
                new ApiError.ServiceUnavailable("error trying to reach service: dial tcp: " + why));
    }
}
