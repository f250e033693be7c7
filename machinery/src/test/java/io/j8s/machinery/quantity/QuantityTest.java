package io.j8s.machinery.quantity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.j8s.machinery.quantity.Quantity.Format;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;

class QuantityTest {

    @Test
    void addsInTheFormatOfTheLeftUnlessItIsZero() {
        assertThat(Quantity.parse("1Gi").plus(Quantity.parse("512Mi"))).hasToString("1536Mi");
        assertThat(Quantity.parse("100m").plus(Quantity.parse("1"))).hasToString("1100m");
        assertThat(Quantity.ZERO.plus(Quantity.parse("1Gi"))).hasToString("1Gi");
        assertThat(Quantity.parse("1").minus(Quantity.parse("1500m"))).hasToString("-500m");
    }

    @Test
    void roundsValuesUp() {
        assertThat(Quantity.parse("100m").value()).isEqualTo(1);
        assertThat(Quantity.parse("1500m").value()).isEqualTo(2);
        assertThat(Quantity.parse("1500u").milliValue()).isEqualTo(2);
        assertThat(Quantity.parse("2Gi").value()).isEqualTo(2147483648L);
        assertThat(Quantity.parse("1500m").whole()).hasToString("2");
        assertThat(Quantity.parse("1.5Gi").whole()).hasToString("1536Mi");
    }

    @Test
    void comparesByAmount() {
        assertThat(Quantity.parse("1Ki")).isEqualTo(Quantity.parse("1024"));
        assertThat(Quantity.parse("1k")).isLessThan(Quantity.parse("1Ki"));
    }

    @Test
    void printsWhatWasComputed() {
        assertThat(Quantity.ofMilli(2000, Format.DECIMAL_SI)).hasToString("2");
        assertThat(Quantity.of(1 << 20, Format.BINARY_SI)).hasToString("1Mi");
    }

    @Test
    void resolvesPercentages() {
        assertThat(IntOrPercent.resolve(new IntOrString("25%"), 10, true)).isEqualTo(3);
        assertThat(IntOrPercent.resolve(new IntOrString("25%"), 10, false)).isEqualTo(2);
        assertThat(IntOrPercent.resolve(new IntOrString(4), 10, false)).isEqualTo(4);
        assertThatThrownBy(() -> IntOrPercent.resolve(new IntOrString("x"), 1, true))
                .hasMessage(
                        "invalid value for IntOrString: invalid type: string is not a percentage");
    }

    @Test
    void printsTimes() {
        var time = Instant.parse("2026-01-02T03:04:05.123456789Z");
        assertThat(Timestamps.print(time)).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(Timestamps.printMicro(time)).isEqualTo("2026-01-02T03:04:05.123456Z");
        assertThat(Timestamps.parse("2026-01-02T03:04:05+01:00"))
                .contains(Instant.parse("2026-01-02T02:04:05Z"));
        assertThat(Timestamps.parse("2026-01-02")).isEmpty();
    }

    @Test
    void printsAges() {
        assertThat(Timestamps.age(Duration.ofSeconds(-5))).isEqualTo("<invalid>");
        assertThat(Timestamps.age(Duration.ofSeconds(119))).isEqualTo("119s");
        assertThat(Timestamps.age(Duration.ofSeconds(200))).isEqualTo("3m20s");
        assertThat(Timestamps.age(Duration.ofMinutes(100))).isEqualTo("100m");
        assertThat(Timestamps.age(Duration.ofMinutes(245))).isEqualTo("4h5m");
        assertThat(Timestamps.age(Duration.ofHours(30))).isEqualTo("30h");
        assertThat(Timestamps.age(Duration.ofHours(75))).isEqualTo("3d3h");
        assertThat(Timestamps.age(Duration.ofDays(400))).isEqualTo("400d");
        assertThat(Timestamps.age(Duration.ofDays(800))).isEqualTo("2y70d");
    }
}
