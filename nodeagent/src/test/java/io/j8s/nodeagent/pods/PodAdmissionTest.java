package io.j8s.nodeagent.pods;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.j8s.nodeagent.TestPods;
import io.j8s.nodeagent.core.PodStatuses.Verdict;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class PodAdmissionTest {

    private final PodAdmission admission =
            new PodAdmission(
                    Map.of(
                            "cpu", new Quantity("1"),
                            "memory", new Quantity("1Gi"),
                            "pods", new Quantity("2")),
                    false,
                    false);

    private static Pod wanting(String name, String cpu) {
        return new PodBuilder(TestPods.pod(name, "Always", "true"))
                .editSpec()
                .editFirstContainer()
                .withNewResources()
                .addToRequests("cpu", new Quantity(cpu))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThat(admission.refusal(wanting("a", "600m"), List.of())).isEmpty();
        assertThat(admission.refusal(wanting("a", "600m"), List.of(wanting("b", "0.5"))))
                .contains(
                        new Verdict(
                                "OutOfcpu",
                                "Node didn't have enough resource: cpu, requested: 600, used: 500,"
                                        + " capacity: 1000"));
        assertThat(
                        admission
                                .refusal(
                                        TestPods.pod("c", "Always", ""),
                                        List.of(
                                                TestPods.pod("a", "Always", ""),
                                                TestPods.pod("b", "Always", "")))
                                .orElseThrow()
                                .reason())
                .isEqualTo("OutOfpods");
    }

    @Test
    void refusesUnsafeSysctls() {
        var pod =
                new PodBuilder(TestPods.pod("a", "Always", "true"))
                        .editSpec()
                        .withNewSecurityContext()
                        .addNewSysctl("kernel.msgmax", "1")
                        .endSecurityContext()
                        .endSpec()
                        .build();
        assertThat(admission.refusal(pod, List.of()))
                .contains(
                        new Verdict(
                                "SysctlForbidden",
                                "forbidden sysctl: \"kernel.msgmax\" not allowlisted"));
    }
}
