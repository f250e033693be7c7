package io.j8s.apiserver.access.authn;

import java.security.cert.X509Certificate;
import java.util.List;

/// Which front proxies are believed, and which of their headers.
///
/// @param authorities `--requestheader-client-ca-file`
/// @param allowedNames common names of proxies; empty for any that the authorities signed
/// @param userNames headers that name the user; the first with a value counts
/// @param uids headers with the user's uid
/// @param groups headers with one group each
/// @param extraPrefixes what headers with extra values begin with
public record FrontProxy(
        List<X509Certificate> authorities,
        List<String> allowedNames,
        List<String> userNames,
        List<String> uids,
        List<String> groups,
        List<String> extraPrefixes) {
    public FrontProxy {
        authorities = List.copyOf(authorities);
        allowedNames = List.copyOf(allowedNames);
        userNames = List.copyOf(userNames);
        uids = List.copyOf(uids);
        groups = List.copyOf(groups);
        extraPrefixes = List.copyOf(extraPrefixes);
    }

    /// As kubeadm sets it up.
    public static FrontProxy standard(List<X509Certificate> authorities) {
        return new FrontProxy(
                authorities,
                List.of("front-proxy-client"),
                List.of("X-Remote-User"),
                List.of(),
                List.of("X-Remote-Group"),
                List.of("X-Remote-Extra-"));
    }
}
