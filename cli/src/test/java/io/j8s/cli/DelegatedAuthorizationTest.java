package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.chain.Authorizer.Decision;
import io.j8s.apiserver.request.Query;
import io.j8s.apiserver.request.RequestInfos;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.machinery.timers.SystemTimers;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

/// Without an API server to ask, as upstream without `--authorization-kubeconfig`.
class DelegatedAuthorizationTest {

    @ParameterizedTest
    @CsvSource({
        "/healthz, true",
        "/healthz/leaderElection, false",
        "/open/, true",
        "/open/deep/down, true",
        "/metrics, false"
    })
    void anybodyMayReadOpenPathsOnly(String path, boolean isOpen) {
        try (var timers = new SystemTimers()) {
            var authorizer =
                    new DelegatedAuthorization(null, List.of("/healthz", "open/*"), timers);
            var info = RequestInfos.of("GET", path, Query.parse(""));

            assertThat(authorizer.authorize(UserInfo.anonymous(), info) instanceof Decision.Allowed)
                    .isEqualTo(isOpen);
            assertThat(
                            authorizer.authorize(
                                    UserInfo.component("admin", UserInfo.MASTERS_GROUP), info))
                    .isInstanceOf(Decision.Allowed.class);
        }
    }
}
