package io.j8s.apiserver.access.authn;

import io.j8s.apiserver.chain.Authenticator;
import io.j8s.apiserver.request.RequestHeaders;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.certs.SubjectNames;
import io.j8s.machinery.timers.Timers;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A front proxy says who asks: headers are believed from a client whose certificate an authority
/// of its own has signed (upstream: `authentication/request/headerrequest`). Safe for use by many
/// threads.
public final class RequestHeaderAuthenticator implements Authenticator {

    private static final int CACHED_MAX = 64;

    private final FrontProxy config;
    private final ClientChains chains;
    private final Timers timers;
    private final BoundedCache<X509Certificate, String> proxies = new BoundedCache<>(CACHED_MAX);

    public RequestHeaderAuthenticator(FrontProxy config, Timers timers) {
        this.config = config;
        this.chains = new ClientChains(config.authorities());
        this.timers = timers;
    }

    @Override
    public Result authenticate(Credentials credentials) {
        var chain = credentials.certificates();
        if (chain.isEmpty()) {
            return new Result.NotMine();
        }
        // upstream looks at the certificate first; nobody is told more for it, and every other
        // client is spared the search for a path that is not there
        var headers = credentials.headers();
        var name = first(headers, config.userNames());
        if (name.isEmpty()) {
            return new Result.NotMine();
        }
        var fault = fault(chain, timers.now());
        return fault.isEmpty()
                ? new Result.Authenticated(user(name.get(), headers))
                : new Result.Rejected(fault);
    }

    private String fault(List<X509Certificate> chain, Instant now) {
        var leaf = chain.getFirst();
        var known = proxies.get(leaf);
        if (known != null && ClientChains.isCurrent(leaf, now)) {
            return known;
        }
        var fault = chains.fault(chain, now);
        if (fault != null) {
            return fault;
        }
        var said = nameFault(SubjectNames.of(leaf).commonName());
        proxies.put(leaf, said);
        return said;
    }

    private String nameFault(String commonName) {
        return config.allowedNames().isEmpty() || config.allowedNames().contains(commonName)
                ? ""
                : "x509: subject with cn=" + commonName + " is not in the allowed list";
    }

    private UserInfo user(String name, RequestHeaders headers) {
        var groups = new ArrayList<String>();
        config.groups().forEach(header -> groups.addAll(headers.headers(header)));
        return new UserInfo(
                name, first(headers, config.uids()).orElse(""), groups, extra(headers.headers()));
    }

    private static Optional<String> first(RequestHeaders headers, List<String> names) {
        for (var name : names) {
            for (var value : headers.headers(name)) {
                if (!value.isEmpty()) {
                    return Optional.of(value);
                }
            }
        }
        return Optional.empty();
    }

    private Map<String, List<String>> extra(Map<String, List<String>> headers) {
        var out = new LinkedHashMap<String, List<String>>();
        for (var prefix : config.extraPrefixes()) {
            var start = prefix.toLowerCase(Locale.ROOT);
            headers.forEach((name, values) -> {
                var lower = name.toLowerCase(Locale.ROOT);
                if (lower.startsWith(start)) {
                    out.computeIfAbsent(
                                    unescaped(lower.substring(start.length())),
                                    _ -> new ArrayList<>())
                            .addAll(values);
                }
            });
        }
        return out;
    }

    /// Upstream: a key that is not well escaped stays as it is.
    private static String unescaped(String key) {
        try {
            return URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return key;
        }
    }
}
