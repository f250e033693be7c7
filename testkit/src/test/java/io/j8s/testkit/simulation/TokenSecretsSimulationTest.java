package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.j8s.controllers.auth.ServiceAccountTokenController;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class TokenSecretsSimulationTest {

    private static final String TOKEN = "kubernetes.io/service-account-token";

    @Test
    void everySeedDeletesTheTokensOfDeletedAccountsAndNoOthers() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        var sim = new Simulation(seed).with(ServiceAccountTokenController::new);
        var gone = account(sim, "gone");
        var stays = account(sim, "stays");
        secret(sim, "gone-token", TOKEN, gone);
        secret(sim, "stays-token", TOKEN, stays);
        secret(sim, "opaque", "Opaque", gone);
        sim.start();
        sim.disorder(20);
        sim.api().delete(Kinds.SERVICE_ACCOUNTS, Meta.key(gone), Api.Delete.PLAIN);
        if (sim.random().nextBoolean()) {
            account(sim, "gone"); // the name comes back, with another uid
        }
        sim.disorder(60);
        sim.settle(Duration.ofMinutes(20));
        sim.guarded(() ->
                assertThat(sim.api().all(Kinds.SECRETS))
                        .extracting(Meta::name)
                        .containsExactlyInAnyOrder("opaque", "stays-token"));
    }

    private static ServiceAccount account(Simulation sim, String name) {
        return sim.api()
                .create(
                        Kinds.SERVICE_ACCOUNTS,
                        new ServiceAccountBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName(name)
                                .endMetadata()
                                .build());
    }

    private static Secret secret(Simulation sim, String name, String type, ServiceAccount owner) {
        return sim.api()
                .create(
                        Kinds.SECRETS,
                        new SecretBuilder()
                                .withNewMetadata()
                                .withNamespace("default")
                                .withName(name)
                                .addToAnnotations(
                                        "kubernetes.io/service-account.name", Meta.name(owner))
                                .addToAnnotations(
                                        "kubernetes.io/service-account.uid", Meta.uid(owner))
                                .endMetadata()
                                .withType(type)
                                .build());
    }
}
