package io.j8s.storage.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.WatchEvent;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class LayoutTest {

    @Test
    void versionsSortByKeyAndNewestFirst() {
        var random = new Random(7);
        List<Bytes> keys = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            byte[] raw = new byte[random.nextInt(5)];
            for (int j = 0; j < raw.length; j++) {
                raw[j] = (byte) (random.nextInt(4) - 2); // zeros and 0xff are the hard ones
            }
            keys.add(Bytes.wrap(raw));
        }
        for (Bytes a : keys) {
            assertThat(Layout.versionsKeyOf(Layout.versionsKey(a, 5))).isEqualTo(a);
            for (Bytes b : keys) {
                int order = Integer.signum(a.compareTo(b));
                assertThat(compare(Layout.versionsKey(a, 5), Layout.versionsKey(b, 5)))
                        .isEqualTo(order);
                assertThat(compare(Layout.versionsKey(a, 5), Layout.versionsBound(b)) < 0)
                        .isEqualTo(order < 0);
                assertThat(compare(Layout.versionsKey(a, 5), Layout.versionsEnd(b)) < 0)
                        .isEqualTo(order <= 0);
            }
            assertThat(compare(Layout.versionsKey(a, 6), Layout.versionsKey(a, 5))).isNegative();
        }
    }

    @Test
    void recordsComeBackFromTheLog() {
        var record = new KeyValue(Bytes.of("key"), Bytes.of("value"), 3, 9, 4, 77);
        byte[] value = Layout.logValue(WatchEvent.Type.PUT, record);

        assertThat(Layout.record(value, 9)).isEqualTo(record);
        assertThat(Layout.keyOf(value)).isEqualTo(record.key());
        assertThat(Layout.isDeletion(value)).isFalse();
        assertThat(Layout.pointer(Layout.pointer(record, 2)).with(record.key(), record.value()))
                .isEqualTo(record);
    }

    private static int compare(byte[] a, byte[] b) {
        return Integer.signum(java.util.Arrays.compareUnsigned(a, b));
    }
}
