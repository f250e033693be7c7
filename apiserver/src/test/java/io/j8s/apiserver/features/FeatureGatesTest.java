package io.j8s.apiserver.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FeatureGatesTest {

    private static void refuses(String flag, String message) {
        assertThatThrownBy(() -> FeatureGates.check(flag))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void takesWhatStandsAnyway() {
        assertThatCode(() -> FeatureGates.check("WatchList=true, AllAlpha=false,AllBeta=true"))
                .doesNotThrowAnyException();
    }

    @Test
    void tellsEachGateWithTheStageOfUpstreamsMetrics() {
        assertThat(FeatureGates.states())
                .contains(
                        new FeatureGates.State("APIResponseCompression", "BETA", true),
                        new FeatureGates.State("APIServingWithRoutine", "ALPHA", false),
                        new FeatureGates.State("JobManagedBy", "", true))
                .extracting(FeatureGates.State::name)
                .isSorted()
                .doesNotContain("AllAlpha", "AllBeta");
    }

    @Test
    void refusesUnknownGatesAndValuesAsUpstream() {
        refuses("NoSuchGate=true", "unrecognized feature gate: NoSuchGate");
        refuses("WatchList", "missing bool value for WatchList");
        refuses(
                "WatchList=maybe",
                "invalid value of WatchList=maybe, err: strconv.ParseBool: parsing \"maybe\":"
                        + " invalid syntax");
    }

    @Test
    void refusesToMoveALockedGate() {
        refuses(
                "JobManagedBy=false",
                "cannot set feature gate JobManagedBy to false, feature is locked to true");
    }

    @Test
    void refusesWhatItHasNoSwitchFor() {
        refuses(
                "AllAlpha=true",
                "feature gate AllAlpha is always false in this server: leave it out");
    }
}
