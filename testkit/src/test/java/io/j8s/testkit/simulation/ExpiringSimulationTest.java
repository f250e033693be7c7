package io.j8s.testkit.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.certificates.v1.CertificateSigningRequestBuilder;
import io.j8s.controllers.auth.CertificateCleanerController;
import io.j8s.controllers.runtime.Kinds;

import org.junit.jupiter.api.Test;

import java.time.Duration;

/// What is deleted because its time has come.
class ExpiringSimulationTest {

    @Test
    void certificateRequestThatNobodyDecidedGoesAfterADay() {
        var sim = new Simulation(1).with(CertificateCleanerController::of).start();
        sim.api()
                .create(
                        Kinds.CERTIFICATE_REQUESTS,
                        new CertificateSigningRequestBuilder()
                                .withNewMetadata()
                                .withName("waits")
                                .endMetadata()
                                .withNewSpec()
                                .withSignerName("example.com/any")
                                .endSpec()
                                .build());
        sim.settle(Duration.ofHours(23));
        assertThat(sim.api().all(Kinds.CERTIFICATE_REQUESTS)).hasSize(1);
        sim.settle(Duration.ofHours(1).plusSeconds(1));
        assertThat(sim.api().all(Kinds.CERTIFICATE_REQUESTS)).isEmpty();
    }
}
