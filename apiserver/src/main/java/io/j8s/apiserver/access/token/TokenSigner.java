package io.j8s.apiserver.access.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;

import io.j8s.certs.ServiceAccountKeys;

import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Signs tokens and checks signatures: ES256 or RS256, by the kind of key. Safe for use by many
/// threads.
public final class TokenSigner {

    private final JWSSigner signer;
    private final JWSHeader header;
    private final List<Verifier> verifiers;
    private final List<JWK> jwks;

    private record Verifier(String keyId, JWSVerifier verifier) {}

    public TokenSigner(ServiceAccountKeys keys) {
        var kid = ServiceAccountKeys.id(keys.trusted().getFirst());
        try {
            var key = keys.signer();
            signer =
                    switch (key) {
                        case ECPrivateKey ec -> new ECDSASigner(ec);
                        case RSAPrivateKey rsa -> new RSASSASigner(rsa);
                        default -> throw unknown(key.getAlgorithm());
                    };
            var algorithm = key instanceof ECPrivateKey ? JWSAlgorithm.ES256 : JWSAlgorithm.RS256;
            header = new JWSHeader.Builder(algorithm).keyID(kid).build();
            var found = new ArrayList<Verifier>();
            var published = new ArrayList<JWK>();
            for (var trusted : keys.trusted()) {
                found.add(new Verifier(ServiceAccountKeys.id(trusted), verifier(trusted)));
                published.add(jwk(trusted));
            }
            verifiers = List.copyOf(found);
            jwks = List.copyOf(published);
        } catch (JOSEException e) {
            throw new IllegalStateException("unusable service-account key", e);
        }
    }

    private static IllegalStateException unknown(String algorithm) {
        return new IllegalStateException("service-account keys must be EC or RSA: " + algorithm);
    }

    private static JWSVerifier verifier(PublicKey key) throws JOSEException {
        return switch (key) {
            case ECPublicKey ec -> new ECDSAVerifier(ec);
            case RSAPublicKey rsa -> new RSASSAVerifier(rsa);
            default -> throw unknown(key.getAlgorithm());
        };
    }

    private static JWK jwk(PublicKey key) {
        var id = ServiceAccountKeys.id(key);
        return switch (key) {
            case ECPublicKey ec ->
                    new ECKey.Builder(Curve.P_256, ec)
                            .keyUse(KeyUse.SIGNATURE)
                            .algorithm(JWSAlgorithm.ES256)
                            .keyID(id)
                            .build();
            case RSAPublicKey rsa ->
                    new RSAKey.Builder(rsa)
                            .keyUse(KeyUse.SIGNATURE)
                            .algorithm(JWSAlgorithm.RS256)
                            .keyID(id)
                            .build();
            default -> throw unknown(key.getAlgorithm());
        };
    }

    /// The token's compact form.
    public String sign(TokenClaims claims) {
        var jwt = new SignedJWT(header, claims.toJwt());
        try {
            jwt.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("cannot sign a token", e);
        }
        return jwt.serialize();
    }

    /// The claims of a token that one of the trusted keys signed; empty for any other text.
    public Optional<TokenClaims> verify(String token) {
        try {
            var jwt = SignedJWT.parse(token);
            var kid = jwt.getHeader().getKeyID();
            for (var candidate : verifiers) {
                boolean eligible = kid == null || kid.equals(candidate.keyId);
                if (eligible && fits(jwt, candidate.verifier)) {
                    return Optional.of(TokenClaims.of(jwt.getJWTClaimsSet()));
                }
            }
            return Optional.empty();
        } catch (ParseException _) {
            return Optional.empty();
        }
    }

    private static boolean fits(SignedJWT jwt, JWSVerifier verifier) {
        try {
            return verifier.supportedJWSAlgorithms().contains(jwt.getHeader().getAlgorithm())
                    && jwt.verify(verifier);
        } catch (JOSEException _) {
            return false;
        }
    }

    /// The issuer a token names, before anything of it is verified; empty when it is no token.
    static String issuer(String token) {
        try {
            var issuer = SignedJWT.parse(token).getJWTClaimsSet().getIssuer();
            return issuer == null ? "" : issuer;
        } catch (ParseException _) {
            return "";
        }
    }

    /// The public keys as `/openid/v1/jwks` shows them.
    public Map<String, Object> jwks() {
        return new JWKSet(jwks).toJSONObject(true);
    }

    /// The algorithms of the trusted keys, for the discovery document.
    public List<String> algorithms() {
        return jwks.stream().map(jwk -> jwk.getAlgorithm().getName()).distinct().sorted().toList();
    }
}
