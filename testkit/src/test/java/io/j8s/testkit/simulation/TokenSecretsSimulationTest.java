package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.j8s.controllers.auth.ServiceAccountTokenController;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.ControllerConfig;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.machinery.meta.ObjectKey;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

class TokenSecretsSimulationTest {

    private static final String TOKEN = "kubernetes.io/service-account-token";

    @Test
    void everySeedDeletesTheTokensOfDeletedAccountsAndNoOthers() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        var sim = simulation(seed);
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

    private static Simulation simulation(long seed) {
        return new Simulation(seed)
                .config(
                        ControllerConfig.of("CA", List.of())
                                .withAccountTokens((namespace, account, uid, secret) ->
                                        String.join("/", namespace, account, secret)))
                .with(ServiceAccountTokenController::new);
    }

    @Test
    void everySeedFillsWhatASecretLacks() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            fill(seed);
        }
    }

    private static void fill(long seed) {
        var sim = simulation(seed);
        sim.start();
        var bot = account(sim, "bot");
        sim.disorder(10);
        var bare = secret(sim, "bare", TOKEN, bot);
        sim.api()
                .create(
                        Kinds.SECRETS,
                        new SecretBuilder(bare)
                                .withMetadata(
                                        new ObjectMetaBuilder()
                                                .withNamespace("default")
                                                .withName("given")
                                                .addToAnnotations(
                                                        "kubernetes.io/service-account.name", "bot")
                                                .build())
                                .withData(
                                        Map.of(
                                                "token", encoded("mine"),
                                                "ca.crt", encoded("another"),
                                                "extra", encoded("stays")))
                                .build());
        secret(sim, "opaque", "Opaque", bot);
        sim.disorder(60);
        sim.settle(Duration.ofMinutes(20));
        sim.guarded(() -> {
            assertThat(data(sim, "bare"))
                    .isEqualTo(
                            Map.of(
                                    "token", encoded("default/bot/bare"),
                                    "ca.crt", encoded("CA"),
                                    "namespace", encoded("default")));
            assertThat(data(sim, "given"))
                    .isEqualTo(
                            Map.of(
                                    "token", encoded("mine"),
                                    "ca.crt", encoded("CA"),
                                    "namespace", encoded("default"),
                                    "extra", encoded("stays")));
            assertThat(data(sim, "opaque")).isEmpty();
            assertThat(
                            Meta.annotations(
                                    sim.api()
                                            .get(Kinds.SECRETS, new ObjectKey("default", "given"))))
                    .containsEntry("kubernetes.io/service-account.uid", Meta.uid(bot));
        });
    }

    @Test
    void everySeedTakesDeletedTokensOffTheirAccount() {
        for (long seed = 0; seed < Simulation.seeds(); seed++) {
            var sim = simulation(seed);
            var bot = account(sim, "bot");
            secret(sim, "one", TOKEN, bot);
            secret(sim, "two", TOKEN, bot);
            sim.api()
                    .update(
                            Kinds.SERVICE_ACCOUNTS,
                            new ServiceAccountBuilder(bot)
                                    .addNewSecret()
                                    .withName("one")
                                    .endSecret()
                                    .addNewSecret()
                                    .withName("two")
                                    .endSecret()
                                    .build());
            sim.start();
            sim.settle(Duration.ofMinutes(1));
            sim.api().delete(Kinds.SECRETS, new ObjectKey("default", "one"), Api.Delete.PLAIN);
            sim.settle(Duration.ofMinutes(20));
            sim.guarded(() ->
                    assertThat(sim.api().get(Kinds.SERVICE_ACCOUNTS, Meta.key(bot)).getSecrets())
                            .extracting(ObjectReference::getName)
                            .containsExactly("two"));
        }
    }

    private static Map<String, String> data(Simulation sim, String name) {
        var data = sim.api().get(Kinds.SECRETS, new ObjectKey("default", name)).getData();
        return data == null ? Map.of() : data;
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
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
