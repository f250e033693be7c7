package io.j8s.apiserver.access;

import io.j8s.certs.ServiceAccountKeys;

import java.security.cert.X509Certificate;
import java.util.List;

/// What authentication is set up with.
///
/// @param clientAuthorities `--client-ca-file`
/// @param issuer `--service-account-issuer`
/// @param audiences `--api-audiences`; the issuer by default
/// @param jwksUri `--service-account-jwks-uri`, e.g. `https://192.168.7.9:6443/openid/v1/jwks`
/// @param requestHeaders `--requestheader-*`
public record AccessConfig(
        List<X509Certificate> clientAuthorities,
        ServiceAccountKeys keys,
        String issuer,
        List<String> audiences,
        String jwksUri,
        RequestHeaderConfig requestHeaders) {

    public AccessConfig {
        clientAuthorities = List.copyOf(clientAuthorities);
        audiences = List.copyOf(audiences);
    }

    /// The usual: tokens of `https://kubernetes.default.svc.DOMAIN` for that audience.
    public static AccessConfig of(
            List<X509Certificate> clientAuthorities,
            ServiceAccountKeys keys,
            String domain,
            String address,
            int port,
            RequestHeaderConfig requestHeaders) {
        var issuer = "https://kubernetes.default.svc." + domain;
        var host = address.indexOf(':') >= 0 ? "[" + address + "]" : address;
        return new AccessConfig(
                clientAuthorities,
                keys,
                issuer,
                List.of(issuer),
                "https://" + host + ":" + port + "/openid/v1/jwks",
                requestHeaders);
    }
}
