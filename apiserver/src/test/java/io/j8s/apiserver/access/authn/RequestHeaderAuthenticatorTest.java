package io.j8s.apiserver.access.authn;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.StandingTimers;
import io.j8s.apiserver.chain.Authenticator.Credentials;
import io.j8s.apiserver.chain.Authenticator.Result;
import io.j8s.apiserver.request.RequestHeaders;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateSpec;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

class RequestHeaderAuthenticatorTest {

    private static final Map<String, List<String>> ASKER =
            Map.of(
                    "X-Remote-User", List.of("ada"),
                    "X-Remote-Group", List.of("builders", "readers"),
                    "X-Remote-Extra-Scopes%2fAll", List.of("one", "two"));

    private final StandingTimers timers = new StandingTimers();
    private final CertificateAuthority authority;
    private final RequestHeaderAuthenticator authenticator;

    RequestHeaderAuthenticatorTest() throws Exception {
        authority = CertificateAuthority.create("front-proxy-ca", timers.now());
        authenticator =
                new RequestHeaderAuthenticator(
                        FrontProxy.standard(List.of(authority.certificate())), timers);
    }

    private record Given(Map<String, List<String>> all) implements RequestHeaders {

        static Given of(Map<String, List<String>> headers) {
            var all = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
            all.putAll(headers);
            return new Given(all);
        }

        @Override
        public List<String> headers(String name) {
            return all.getOrDefault(name, List.of());
        }

        @Override
        public Map<String, List<String>> headers() {
            return all;
        }
    }

    private Result asked(
            CertificateAuthority signer, String proxy, Map<String, List<String>> headers)
            throws Exception {
        var own = signer.issue(CertificateSpec.client(proxy), timers.now());
        return authenticator.authenticate(new Credentials(own.chain(), "", Given.of(headers)));
    }

    @Test
    void believesTheProxy() throws Exception {
        var result = asked(authority, "front-proxy-client", ASKER);
        assertThat(result).isInstanceOf(Result.Authenticated.class);
        var user = ((Result.Authenticated) result).user();
        assertThat(user.name()).isEqualTo("ada");
        assertThat(user.groups()).containsExactly("builders", "readers");
        assertThat(user.extra()).isEqualTo(Map.of("scopes/all", List.of("one", "two")));
    }

    @Test
    void refusesAProxyOfAnotherName() throws Exception {
        assertThat(asked(authority, "somebody", ASKER))
                .isEqualTo(
                        new Result.Rejected(
                                "x509: subject with cn=somebody is not in the allowed list"));
    }

    @Test
    void refusesAProxyOfAnotherAuthority() throws Exception {
        var other = CertificateAuthority.create("front-proxy-ca", timers.now());
        assertThat(asked(other, "front-proxy-client", ASKER)).isInstanceOf(Result.Rejected.class);
    }

    @Test
    void leavesRequestsWithoutAUserToOthers() throws Exception {
        assertThat(asked(authority, "front-proxy-client", Map.of()))
                .isEqualTo(new Result.NotMine());
        assertThat(authenticator.authenticate(new Credentials(List.of(), "", Given.of(ASKER))))
                .isEqualTo(new Result.NotMine());
    }
}
