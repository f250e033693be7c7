package io.j8s.nodeagent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogSourceTest {

    /// What is read of a container `c` of the pod `p` without and with `previous`: a run, or why
    /// not.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "state: {running: {}}, containerID: x://2 | x://2"
                        + " | previous terminated container \"c\" in pod \"p\" not found",
                "state: {running: {}}, containerID: x://2, lastState: {terminated: {containerID:"
                        + " x://1}} | x://2 | x://1",
                "state: {terminated: {containerID: x://2}}, lastState: {terminated: {containerID:"
                        + " x://1}} | x://2 | x://1",
                // in back-off nothing runs: both mean the run that has just failed
                "state: {waiting: {reason: CrashLoopBackOff}}, containerID: x://2,"
                        + " lastState: {terminated: {containerID: x://2}} | x://2 | x://2",
                "state: {terminated: {}}, lastState: {terminated: {containerID: x://1}} | x://1 |"
                        + " x://1",
                "state: {terminated: {}} | container \"c\" in pod \"p\" is terminated"
                        + " | previous terminated container \"c\" in pod \"p\" not found",
                "state: {waiting: {reason: ErrImagePull}} | container \"c\" in pod \"p\" is waiting"
                    + " to start: image can't be pulled | previous terminated container \"c\" in"
                    + " pod \"p\" not found",
                "state: {waiting: {reason: ImagePullBackOff}} | container \"c\" in pod \"p\" is"
                    + " waiting to start: trying and failing to pull image | previous terminated"
                    + " container \"c\" in pod \"p\" not found",
                "state: {waiting: {reason: PodInitializing}}"
                        + " | container \"c\" in pod \"p\" is waiting to start: PodInitializing"
                        + " | previous terminated container \"c\" in pod \"p\" not found",
                "restartCount: 0"
                        + " | container \"c\" in pod \"p\" is waiting to start - no logs yet"
                        + " | previous terminated container \"c\" in pod \"p\" not found",
            })
    void theStatusSaysWhichRunIsRead(String status, String current, String previous) {
        for (var kind :
                new String[] {
                    "containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"
                }) {
            var pod = pod("{" + kind + ": [{name: c, " + status + "}]}");
            assertThat(said(LogSource.of(pod, "c", false))).as(kind).isEqualTo(current);
            assertThat(said(LogSource.of(pod, "c", true))).as(kind).isEqualTo(previous);
        }
        assertThat(said(LogSource.of(pod("{}"), "c", true)))
                .isEqualTo("container \"c\" in pod \"p\" is not available");
    }

    private static Pod pod(String status) {
        return Serialization.unmarshal("metadata: {name: p}\nstatus: " + status, Pod.class);
    }

    private static String said(LogSource source) {
        return switch (source) {
            case LogSource.Run run -> run.containerId();
            case LogSource.None none -> none.why();
        };
    }
}
