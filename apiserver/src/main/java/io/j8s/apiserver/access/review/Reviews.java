package io.j8s.apiserver.access.review;

import io.j8s.apiserver.access.rbac.Grants;
import io.j8s.apiserver.access.token.ServiceAccountAuthenticator;
import io.j8s.apiserver.access.token.TokenIssuer;
import io.j8s.apiserver.chain.Authenticator;
import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.registry.VirtualResource;

import java.util.List;

/// Every resource that is answered and not stored.
public final class Reviews {

    private Reviews() {}

    /// @param tokens authenticators of tokens other than service accounts'
    public static List<VirtualResource> all(
            Lookup lookup,
            Grants grants,
            Authorizer authorizer,
            ServiceAccountAuthenticator accounts,
            Authenticator tokens,
            TokenIssuer issuer) {
        return List.of(
                new SubjectAccessReviews(authorizer, false),
                new SubjectAccessReviews(authorizer, true),
                new SelfSubjectAccessReviews(authorizer),
                new SelfSubjectRulesReviews(grants),
                new SelfSubjectReviews(),
                new TokenReviews(accounts, tokens, issuer.apiAudiences()),
                new TokenRequests(issuer, lookup));
    }
}
