package io.j8s.apiserver.access;

import java.security.cert.X509Certificate;
import java.util.List;

/// Whom to believe when it says in headers for which user it asks: `--requestheader-*`.
///
/// @param authorities `--requestheader-client-ca-file`; without any nobody is believed
/// @param authorityPem the same as text, for extension servers
/// @param allowedNames `--requestheader-allowed-names`: common names; empty for all that the
///   authorities vouch for
/// @param usernameHeaders `--requestheader-username-headers`
/// @param uidHeaders `--requestheader-uid-headers`
/// @param groupHeaders `--requestheader-group-headers`
/// @param extraHeaderPrefixes `--requestheader-extra-headers-prefix`
public record RequestHeaderConfig(
        List<X509Certificate> authorities,
        String authorityPem,
        List<String> allowedNames,
        List<String> usernameHeaders,
        List<String> uidHeaders,
        List<String> groupHeaders,
        List<String> extraHeaderPrefixes) {

    public RequestHeaderConfig {
        authorities = List.copyOf(authorities);
        allowedNames = List.copyOf(allowedNames);
        usernameHeaders = List.copyOf(usernameHeaders);
        uidHeaders = List.copyOf(uidHeaders);
        groupHeaders = List.copyOf(groupHeaders);
        extraHeaderPrefixes = List.copyOf(extraHeaderPrefixes);
    }

    /// As kubeadm sets it up, with the names that upstream suggests for headers.
    public static RequestHeaderConfig usual(
            List<X509Certificate> authorities, String authorityPem) {
        return new RequestHeaderConfig(
                authorities,
                authorityPem,
                List.of("front-proxy-client"),
                List.of("X-Remote-User"),
                List.of("X-Remote-Uid"),
                List.of("X-Remote-Group"),
                List.of("X-Remote-Extra-"));
    }
}
