package io.j8s.apiserver.access.authn;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.chain.Authenticator;
import io.j8s.apiserver.chain.Authenticator.Credentials;
import io.j8s.apiserver.chain.Authenticator.Result;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.certs.AltNames;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateSpec;
import io.j8s.certs.Credential;
import io.j8s.machinery.timers.SystemTimers;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

class X509AuthenticatorTest {

    private final CertificateAuthority authority;
    private final Authenticator chain;

    X509AuthenticatorTest() throws Exception {
        authority = CertificateAuthority.create("kubernetes", Instant.now());
        chain =
                Authenticators.inOrder(
                        List.of(
                                new X509Authenticator(
                                        List.of(authority.certificate()), new SystemTimers()),
                                Authenticators.fixedToken(
                                        "secret",
                                        UserInfo.component("admin", UserInfo.MASTERS_GROUP))));
    }

    private Result ask(@Nullable Credential credential, String token) {
        return chain.authenticate(
                new Credentials(credential == null ? List.of() : credential.chain(), token));
    }

    @Test
    void commonNameIsTheUserAndOrganizationsAreGroups() throws Exception {
        var node = authority.issue(CertificateSpec.node("n1"), Instant.now());
        for (int i = 0; i < 2; i++) { // the second time from memory
            var result = (Result.Authenticated) ask(node, "");
            assertThat(result.user().name()).isEqualTo("system:node:n1");
            assertThat(result.user().groups())
                    .containsExactly("system:nodes", "system:authenticated");
            assertThat(result.user().extra().toString())
                    .contains("authentication.kubernetes.io/credential-id=[X509SHA256=");
        }
    }

    @Test
    void strangersExpiredAndServersCertificatesAreRefused() throws Exception {
        var stranger =
                CertificateAuthority.create("kubernetes", Instant.now())
                        .issue(CertificateSpec.client("eve"), Instant.now());
        assertThat(ask(stranger, "")).isInstanceOf(Result.Rejected.class);
        var expired =
                authority.issue(
                        CertificateSpec.client("jane"), Instant.now().minus(Duration.ofDays(366)));
        assertThat(ask(expired, "")).isInstanceOf(Result.Rejected.class);
        var server =
                authority.issue(
                        CertificateSpec.server("s", AltNames.of(List.of("s"))), Instant.now());
        assertThat(ask(server, "")).isInstanceOf(Result.Rejected.class);
    }

    @Test
    void aGoodTokenHelpsABadCertificate() throws Exception {
        var stranger =
                CertificateAuthority.create("kubernetes", Instant.now())
                        .issue(CertificateSpec.client("eve"), Instant.now());
        assertThat(ask(stranger, "secret")).isInstanceOf(Result.Authenticated.class);
    }

    @Test
    void nothingIsAnonymousButAWrongTokenIsRefused() {
        assertThat(ask(null, "")).isEqualTo(new Result.Authenticated(UserInfo.anonymous()));
        assertThat(ask(null, "wrong")).isEqualTo(new Result.Rejected("invalid bearer token"));
    }
}
