package io.j8s.apiserver.access;

import io.j8s.apiserver.access.authn.Authenticators;
import io.j8s.apiserver.access.authn.BootstrapTokenAuthenticator;
import io.j8s.apiserver.access.authn.RequestHeaderAuthenticator;
import io.j8s.apiserver.access.authn.X509Authenticator;
import io.j8s.apiserver.access.node.NodeAuthorizer;
import io.j8s.apiserver.access.node.NodeGraph;
import io.j8s.apiserver.access.rbac.BootstrapPolicy;
import io.j8s.apiserver.access.rbac.Grants;
import io.j8s.apiserver.access.rbac.RbacAuthorizer;
import io.j8s.apiserver.access.review.Reviews;
import io.j8s.apiserver.access.token.IssuerDocuments;
import io.j8s.apiserver.access.token.ServiceAccountAuthenticator;
import io.j8s.apiserver.access.token.TokenIssuer;
import io.j8s.apiserver.access.token.TokenSigner;
import io.j8s.apiserver.chain.Authenticator;
import io.j8s.apiserver.chain.Authorizer;
import io.j8s.apiserver.registry.Lookup;
import io.j8s.apiserver.registry.VirtualResource;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.machinery.timers.Timers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Everything that decides who asks and whether they may, wired as upstream's default:
/// certificates, bootstrap tokens, service-account tokens; `system:masters`, Node, RBAC. Safe for
/// use by many threads once made.
///
/// @param authenticator complete: adds `system:authenticated`, makes requests without credentials
///   anonymous, refuses unknown tokens
/// @param reviews what is answered and never stored
public record Access(
        Authenticator authenticator,
        Authorizer authorizer,
        Grants grants,
        BootstrapPolicy policy,
        TokenIssuer tokens,
        IssuerDocuments documents,
        List<VirtualResource> reviews) {

    public Access {
        reviews = List.copyOf(reviews);
    }

    /// Subscribes to what it must know: call once the caches can be read.
    public static Access of(AccessConfig config, Lookup lookup, Timers timers) {
        var signer = new TokenSigner(config.keys());
        var issuer =
                new TokenIssuer(signer, config.issuers().getFirst(), config.audiences(), timers);
        var accounts =
                new ServiceAccountAuthenticator(
                        signer, config.issuers(), config.audiences(), lookup, timers);
        var bootstrapTokens = new BootstrapTokenAuthenticator(lookup, timers);
        var policy = BootstrapPolicy.load();
        var grants = new Grants(lookup);
        var authorizer = authorizer(config, lookup, policy, grants);
        return new Access(
                Authenticators.inOrder(
                        authenticators(config, accounts, bootstrapTokens, timers),
                        config.takesAnonymous()),
                authorizer,
                grants,
                policy,
                issuer,
                IssuerDocuments.of(signer, config.issuers().getFirst(), config.jwksUri()),
                Reviews.all(lookup, grants, authorizer, accounts, bootstrapTokens, issuer));
    }

    /// Upstream's order: the front proxy, certificates, tokens.
    private static List<Authenticator> authenticators(
            AccessConfig config,
            Authenticator accounts,
            Authenticator bootstrapTokens,
            Timers timers) {
        var out = new ArrayList<Authenticator>();
        if (config.frontProxy() != null) {
            out.add(new RequestHeaderAuthenticator(config.frontProxy(), timers));
        }
        if (!config.clientAuthorities().isEmpty()) {
            out.add(new X509Authenticator(config.clientAuthorities(), timers));
        }
        out.add(accounts);
        if (config.takesBootstrapTokens()) {
            out.add(bootstrapTokens);
        }
        return out;
    }

    private static Authorizer authorizer(
            AccessConfig config, Lookup lookup, BootstrapPolicy policy, Grants grants) {
        var out = new ArrayList<Authorizer>();
        out.add(Authorizers.masters());
        for (var mode : config.modes()) {
            out.add(
                    switch (mode) {
                        case NODE ->
                                Authorizers.named(
                                        "node", new NodeAuthorizer(new NodeGraph(lookup), policy));
                        case RBAC -> Authorizers.named("rbac", new RbacAuthorizer(grants));
                        case ALWAYS_ALLOW -> Authorizers.always();
                        case ALWAYS_DENY -> Authorizers.never();
                    });
        }
        return Authorizers.inOrder(out);
    }

    /// The user in whose name a request goes on.
    ///
    /// @param headers the request's, by any spelling of their names
    public UserInfo impersonate(UserInfo user, Map<String, List<String>> headers) {
        var wanted = Impersonation.of(headers);
        return wanted.isAsked() ? wanted.apply(user, authorizer) : user;
    }
}
