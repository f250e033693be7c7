package io.j8s.apiserver.access.authn;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.access.FakeLookup;
import io.j8s.apiserver.access.StandingTimers;
import io.j8s.apiserver.chain.Authenticator.Result;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class BootstrapTokenTest {

    private final FakeLookup lookup = new FakeLookup();
    private final StandingTimers timers = new StandingTimers();
    private final BootstrapTokenAuthenticator authenticator =
            new BootstrapTokenAuthenticator(lookup, timers);

    private void secret(String more) {
        lookup.put(
                "secrets",
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: bootstrap-token-abcdef, namespace: kube-system}
                type: bootstrap.kubernetes.io/token
                data:
                  token-id: YWJjZGVm
                  token-secret: MDEyMzQ1Njc4OWFiY2RlZg==
                  usage-bootstrap-authentication: dHJ1ZQ==
                %s
                """
                        .formatted(more));
    }

    private Result ask(String token) {
        return authenticator.authenticate(Authenticators.token(token));
    }

    @Test
    void joiningMachineIsABootstrapper() {
        // system:bootstrappers:kubeadm:default-node-token
        secret(
                "  auth-extra-groups:"
                        + " c3lzdGVtOmJvb3RzdHJhcHBlcnM6a3ViZWFkbTpkZWZhdWx0LW5vZGUtdG9rZW4=");
        var user = ((Result.Authenticated) ask("abcdef.0123456789abcdef")).user();
        assertThat(user.name()).isEqualTo("system:bootstrap:abcdef");
        assertThat(user.groups())
                .containsExactly(
                        "system:bootstrappers", "system:bootstrappers:kubeadm:default-node-token");
    }

    @Test
    void nothingElseIsTakenForOne() {
        secret("");
        assertThat(ask("abcdef.0123456789abcdee")).isEqualTo(new Result.NotMine());
        assertThat(ask("abcdeg.0123456789abcdef")).isEqualTo(new Result.NotMine());
        assertThat(ask("abcdef.0123")).isEqualTo(new Result.NotMine());
        assertThat(ask("")).isEqualTo(new Result.NotMine());
        secret("  auth-extra-groups: c3lzdGVtOm1hc3RlcnM="); // system:masters
        assertThat(ask("abcdef.0123456789abcdef")).isEqualTo(new Result.NotMine());
    }

    @Test
    void endsAtItsTime() {
        secret("  expiration: MjAyNi0xMS0yM1QxMzowMDowMFo="); // 2026-11-23T13:00:00Z
        assertThat(ask("abcdef.0123456789abcdef")).isInstanceOf(Result.Authenticated.class);
        timers.advance(Duration.ofMinutes(61));
        assertThat(ask("abcdef.0123456789abcdef")).isEqualTo(new Result.NotMine());
    }
}
