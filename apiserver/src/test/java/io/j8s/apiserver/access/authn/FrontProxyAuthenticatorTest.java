package io.j8s.apiserver.access.authn;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.RequestHeaderConfig;
import io.j8s.apiserver.chain.Authenticator.Credentials;
import io.j8s.apiserver.chain.Authenticator.Result;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateSpec;
import io.j8s.machinery.timers.SystemTimers;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.List;
import java.util.Map;

class FrontProxyAuthenticatorTest {

    private static final Map<String, List<String>> HEADERS =
            Map.of(
                    "X-Remote-User", List.of("jane"),
                    "x-remote-uid", List.of("u-1"),
                    "X-Remote-Group", List.of("dev", "", "ops"),
                    "X-Remote-Extra-Acme.com%2FProject", List.of("a", "b"));

    private final CertificateAuthority proxies;
    private final CertificateAuthority others;
    private final FrontProxyAuthenticator authenticator;

    FrontProxyAuthenticatorTest() throws Exception {
        proxies = CertificateAuthority.create("front-proxy-ca", Instant.now());
        others = CertificateAuthority.create("kubernetes", Instant.now());
        authenticator =
                new FrontProxyAuthenticator(
                        RequestHeaderConfig.usual(List.of(proxies.certificate()), ""),
                        new SystemTimers());
    }

    private Result ask(
            CertificateAuthority authority, String name, Map<String, List<String>> headers)
            throws Exception {
        var shown = authority.issue(CertificateSpec.client(name), Instant.now());
        return authenticator.authenticate(new Credentials(shown.chain(), "", () -> headers));
    }

    @Test
    void aProxyNamesItsUserInHeaders() throws Exception {
        assertThat(ask(proxies, "front-proxy-client", HEADERS))
                .isEqualTo(
                        new Result.Authenticated(
                                new UserInfo(
                                        "jane",
                                        "u-1",
                                        List.of("dev", "ops"),
                                        Map.of("acme.com/project", List.of("a", "b")))));
    }

    @Test
    void nobodyElseIsBelieved() throws Exception {
        assertThat(ask(proxies, "someone", HEADERS))
                .isEqualTo(
                        new Result.Rejected(
                                "x509: subject with cn=someone is not in the allowed list"));
        assertThat(ask(others, "front-proxy-client", HEADERS)).isInstanceOf(Result.Rejected.class);
        assertThat(authenticator.authenticate(new Credentials(List.of(), "", () -> HEADERS)))
                .isEqualTo(new Result.NotMine());
    }

    @Test
    void whoeverNamesNobodyIsLeftToTheNext() throws Exception {
        assertThat(ask(proxies, "front-proxy-client", Map.of())).isEqualTo(new Result.NotMine());
    }
}
