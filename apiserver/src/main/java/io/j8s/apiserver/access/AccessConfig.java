package io.j8s.apiserver.access;

import io.j8s.apiserver.access.authn.FrontProxy;
import io.j8s.certs.ServiceAccountKeys;

import org.jspecify.annotations.Nullable;

import java.security.cert.X509Certificate;
import java.util.List;

/// What authentication and authorization are set up with.
///
/// @param clientAuthorities `--client-ca-file`
/// @param frontProxy `--requestheader-…`; null when no proxy is believed
/// @param issuers `--service-account-issuer`; the first makes tokens, all are accepted
/// @param audiences `--api-audiences`; the issuers by default
/// @param jwksUri `--service-account-jwks-uri`, e.g. `https://192.168.7.9:6443/openid/v1/jwks`
/// @param takesBootstrapTokens `--enable-bootstrap-token-auth`
/// @param takesAnonymous `--anonymous-auth`
/// @param modes `--authorization-mode`
public record AccessConfig(
        List<X509Certificate> clientAuthorities,
        @Nullable FrontProxy frontProxy,
        ServiceAccountKeys keys,
        List<String> issuers,
        List<String> audiences,
        String jwksUri,
        boolean takesBootstrapTokens,
        boolean takesAnonymous,
        List<AuthorizationMode> modes) {

    public AccessConfig {
        clientAuthorities = List.copyOf(clientAuthorities);
        issuers = List.copyOf(issuers);
        audiences = List.copyOf(audiences);
        modes = List.copyOf(modes);
    }

    /// The usual: tokens of `https://kubernetes.default.svc.DOMAIN` for that audience; bootstrap
    /// tokens; anonymous requests; Node and RBAC.
    public static AccessConfig of(
            List<X509Certificate> clientAuthorities,
            @Nullable FrontProxy frontProxy,
            ServiceAccountKeys keys,
            String domain,
            String address,
            int port) {
        var issuer = "https://kubernetes.default.svc." + domain;
        return new AccessConfig(
                clientAuthorities,
                frontProxy,
                keys,
                List.of(issuer),
                List.of(issuer),
                jwksUri(address, port),
                true,
                true,
                List.of(AuthorizationMode.NODE, AuthorizationMode.RBAC));
    }

    /// Where a server publishes its keys by default.
    public static String jwksUri(String address, int port) {
        var host = address.indexOf(':') >= 0 ? "[" + address + "]" : address;
        return "https://" + host + ":" + port + "/openid/v1/jwks";
    }
}
