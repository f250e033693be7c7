package io.j8s.conformance.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// `ready` means that the very next `kubectl run` works: each time on a cluster of its own, with no
/// wait in between.
@Tag("e2e")
class ReadyTest {

    @Test
    void theVeryNextRunWorks() {
        runRightAfterReady();
    }

    @RepeatedTest(49)
    @EnabledIfSystemProperty(named = "j8s.soak", matches = "true")
    void theVeryNextRunWorksEveryTime() {
        runRightAfterReady();
    }

    private static void runRightAfterReady() {
        try (var cluster = Cluster.start()) {
            Image.BUSYBOX.loadInto(cluster);
            // cat answers what it is given: an echo may be over before kubectl is attached
            assertThat(
                            cluster.kubectl()
                                    .runWithInput(
                                            "done",
                                            "run",
                                            "once",
                                            "--image=" + Image.BUSYBOX.reference(),
                                            "--restart=Never",
                                            "--rm",
                                            "-i",
                                            "--quiet",
                                            "--",
                                            "cat")
                                    .expectSuccess())
                    .isEqualTo("done");
        }
    }
}
