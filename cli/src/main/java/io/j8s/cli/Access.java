package io.j8s.cli;

import io.j8s.apiserver.access.Authenticator;
import io.j8s.apiserver.access.Authorizer;
import io.j8s.apiserver.access.Authorizers;
import io.j8s.apiserver.access.Impersonation;
import io.j8s.apiserver.access.authn.Authenticators;
import io.j8s.apiserver.access.authn.BootstrapTokenAuthenticator;
import io.j8s.apiserver.access.authn.X509Authenticator;
import io.j8s.apiserver.access.node.NodeAuthorizer;
import io.j8s.apiserver.access.node.NodeGraph;
import io.j8s.apiserver.access.rbac.BootstrapPolicy;
import io.j8s.apiserver.access.rbac.Grants;
import io.j8s.apiserver.access.rbac.RbacAuthorizer;
import io.j8s.apiserver.access.token.ServiceAccountAuthenticator;
import io.j8s.apiserver.access.token.TokenIssuer;
import io.j8s.apiserver.access.token.TokenSigner;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.certs.Pki;
import io.j8s.machinery.timers.Timers;

import java.util.List;

/// Who may do what in one API server: its authenticators and authorizers, in upstream's order.
///
/// @param tokens authenticators of tokens other than service accounts', for TokenReviews
record Access(
        Authenticator authenticator,
        Authorizer authorizer,
        Grants grants,
        ServiceAccountAuthenticator accounts,
        Authenticator tokens,
        TokenIssuer issuer,
        TokenSigner signer) {

    /// @param issuerUrl `--service-account-issuer`
    static Access of(
            Pki pki, BootstrapPolicy policy, Lookup lookup, String issuerUrl, Timers timers) {
        var signer = new TokenSigner(pki.serviceAccountKeys());
        var audiences = List.of(issuerUrl);
        var accounts =
                new ServiceAccountAuthenticator(signer, issuerUrl, audiences, lookup, timers);
        var bootstrapTokens = new BootstrapTokenAuthenticator(lookup, timers);
        var certificates = new X509Authenticator(List.of(pki.authority().certificate()), timers);
        var grants = new Grants(lookup);
        return new Access(
                Authenticators.inOrder(List.of(certificates, accounts, bootstrapTokens)),
                Authorizers.inOrder(
                        List.of(
                                Authorizers.masters(),
                                new NodeAuthorizer(new NodeGraph(lookup), policy),
                                new RbacAuthorizer(grants))),
                grants,
                accounts,
                bootstrapTokens,
                new TokenIssuer(signer, issuerUrl, audiences, timers),
                signer);
    }

    /// `Impersonate-*` headers, refused unless the sender may.
    io.j8s.apiserver.chain.Impersonation impersonation() {
        return (user, exchange) -> {
            var asked = Impersonation.of(exchange.headers());
            return asked.isAsked() ? asked.apply(user, authorizer) : user;
        };
    }
}
