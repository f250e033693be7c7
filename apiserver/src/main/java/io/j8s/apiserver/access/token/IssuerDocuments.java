package io.j8s.apiserver.access.token;

import tools.jackson.databind.json.JsonMapper;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What others need to verify our tokens: `/.well-known/openid-configuration` and `/openid/v1/jwks`
/// (upstream: `pkg/serviceaccount/openidmetadata.go`). Made once.
///
/// @param configuration JSON, `application/json`
/// @param keys JSON, `application/jwk-set+json`
public record IssuerDocuments(String configuration, String keys) {

    public static final String CONFIGURATION_PATH = "/.well-known/openid-configuration";
    public static final String KEYS_PATH = "/openid/v1/jwks";

    /// `Cache-Control` of both.
    public static final String CACHE_CONTROL = "public, max-age=3600";

    /// @param jwksUri e.g. `https://192.168.7.9:6443/openid/v1/jwks`
    public static IssuerDocuments of(TokenSigner signer, String issuer, String jwksUri) {
        var json = JsonMapper.shared();
        Map<String, Object> configuration = new LinkedHashMap<>();
        configuration.put("issuer", issuer);
        configuration.put("jwks_uri", jwksUri);
        configuration.put("response_types_supported", List.of("id_token"));
        configuration.put("subject_types_supported", List.of("public"));
        configuration.put("id_token_signing_alg_values_supported", signer.algorithms());
        return new IssuerDocuments(
                json.writeValueAsString(configuration), json.writeValueAsString(signer.jwks()));
    }
}
