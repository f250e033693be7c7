package io.j8s.apiserver.access.authn;

import io.j8s.apiserver.access.RequestHeaderConfig;
import io.j8s.apiserver.chain.Authenticator;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.certs.SubjectNames;
import io.j8s.machinery.timers.Timers;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A proxy that has authenticated the user itself and names it in headers. It is believed by its
/// client certificate (upstream: `authentication/request/headerrequest`).
public final class FrontProxyAuthenticator implements Authenticator {

    private final RequestHeaderConfig config;
    private final CertificateVerifier verifier;

    public FrontProxyAuthenticator(RequestHeaderConfig config, Timers timers) {
        this.config = config;
        this.verifier = new CertificateVerifier(config.authorities(), timers);
    }

    @Override
    public Result authenticate(Credentials credentials) {
        var chain = credentials.certificates();
        if (chain.isEmpty()) {
            return new Result.NotMine();
        }
        // whoever names nobody needs no proof: most clients' certificates are not looked at here
        var headers = credentials.headers().get();
        var name = first(headers, config.usernameHeaders());
        if (name.isEmpty()) {
            return new Result.NotMine();
        }
        var wrong = verifier.reject(chain);
        if (wrong != null) {
            return new Result.Rejected(wrong);
        }
        if (!config.allowedNames().isEmpty()) {
            var commonName = SubjectNames.of(chain.getFirst()).commonName();
            if (!config.allowedNames().contains(commonName)) {
                return new Result.Rejected(
                        "x509: subject with cn=" + commonName + " is not in the allowed list");
            }
        }
        return new Result.Authenticated(
                new UserInfo(
                        name,
                        first(headers, config.uidHeaders()),
                        all(headers, config.groupHeaders()),
                        extra(headers)));
    }

    private static String first(Map<String, List<String>> headers, List<String> names) {
        var values = all(headers, names);
        return values.isEmpty() ? "" : values.getFirst();
    }

    /// What is not empty, in the order of the names.
    private static List<String> all(Map<String, List<String>> headers, List<String> names) {
        var out = new ArrayList<String>();
        for (var name : names) {
            headers.forEach((header, values) -> {
                if (header.equalsIgnoreCase(name)) {
                    values.stream().filter(value -> !value.isEmpty()).forEach(out::add);
                }
            });
        }
        return out;
    }

    private Map<String, List<String>> extra(Map<String, List<String>> headers) {
        var out = new LinkedHashMap<String, List<String>>();
        for (var prefix : config.extraHeaderPrefixes()) {
            headers.forEach((header, values) -> {
                if (header.regionMatches(true, 0, prefix, 0, prefix.length())) {
                    var key = header.substring(prefix.length()).toLowerCase(Locale.ROOT);
                    out.computeIfAbsent(unescape(key), _ -> new ArrayList<>()).addAll(values);
                }
            });
        }
        return out;
    }

    private static String unescape(String key) {
        try {
            return URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return key; // upstream: an encoding that cannot be read is taken as it is
        }
    }
}
