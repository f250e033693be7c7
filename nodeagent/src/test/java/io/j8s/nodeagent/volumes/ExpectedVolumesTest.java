package io.j8s.nodeagent.volumes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.j8s.nodeagent.TestPods;

import org.junit.jupiter.api.Test;

class ExpectedVolumesTest {

    private static Pod pod(Volume volume) {
        var container =
                new ContainerBuilder(TestPods.container("main", "true"))
                        .addNewVolumeMount()
                        .withName("v")
                        .withMountPath("/v")
                        .endVolumeMount()
                        .build();
        return new PodBuilder(TestPods.pod("p", "Always", container))
                .editSpec()
                .addToVolumes(volume)
                .endSpec()
                .build();
    }

    private static VolumeBuilder volume() {
        return new VolumeBuilder().withName("v");
    }

    /// As admission adds it.
    ///
    /// @param audience empty for the API server
    private static Volume access(String configMap, String audience) {
        return volume().withNewProjected()
                .addNewSource()
                .withNewServiceAccountToken()
                .withAudience(audience)
                .withPath("token")
                .endServiceAccountToken()
                .endSource()
                .addNewSource()
                .withNewConfigMap()
                .withName(configMap)
                .endConfigMap()
                .endSource()
                .addNewSource()
                .withNewDownwardAPI()
                .endDownwardAPI()
                .endSource()
                .endProjected()
                .build();
    }

    @Test
    void accessToTheApiServerAndEmptyDirectoriesAreExpected() {
        assertThat(ExpectedVolumes.areAll(TestPods.pod("p", "Always", "true"))).isTrue();
        assertThat(ExpectedVolumes.areAll(pod(access("kube-root-ca.crt", "")))).isTrue();
        assertThat(ExpectedVolumes.areAll(pod(volume().withNewEmptyDir().endEmptyDir().build())))
                .isTrue();
    }

    @Test
    void whatUsersHaveToCreateIsNot() {
        assertThat(ExpectedVolumes.areAll(pod(access("settings", "")))).isFalse();
        assertThat(ExpectedVolumes.areAll(pod(access("kube-root-ca.crt", "vault")))).isFalse();
        assertThat(
                        ExpectedVolumes.areAll(
                                pod(
                                        volume().withNewSecret()
                                                .withSecretName("s")
                                                .endSecret()
                                                .build())))
                .isFalse();
        assertThat(
                        ExpectedVolumes.areAll(
                                pod(
                                        volume().withNewEmptyDir()
                                                .withMedium("HugePages")
                                                .endEmptyDir()
                                                .build())))
                .isFalse();
    }

    @Test
    void whatNoContainerMountsDoesNotCount() {
        var unused = volume().withName("other").withNewSecret().endSecret().build();
        var pod = pod(volume().withNewEmptyDir().endEmptyDir().build());
        pod.getSpec().getVolumes().add(unused);
        assertThat(ExpectedVolumes.areAll(pod)).isTrue();
    }
}
