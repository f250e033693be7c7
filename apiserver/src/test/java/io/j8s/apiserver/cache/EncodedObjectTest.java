package io.j8s.apiserver.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.meta.ObjectKey;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;

class EncodedObjectTest {

    private final EncodedObject object =
            TestObjects.object(new ObjectKey("default", "a"), "red", 7);

    @Test
    void theWholeObjectHasItsTypeAndResourceVersion() {
        assertThat(object.toString())
                .isEqualTo(
                        "{\"kind\":\"Word\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\","
                            + "\"uid\":\"u\",\"resourceVersion\":\"7\",\"namespace\":\"default\"},"
                            + "\"word\":\"red\"}");
        assertThat(object.size()).isEqualTo(object.toBytes().length);
    }

    @Test
    void anItemOfAListHasNoType() {
        var out = new ByteArrayOutputStream();
        object.writeItemTo(out::write);

        assertThat(out.toString(java.nio.charset.StandardCharsets.UTF_8))
                .startsWith("{\"metadata\":{\"name\":\"a\"")
                .contains("\"resourceVersion\":\"7\",");
        assertThat(out.size()).isEqualTo(object.itemSize());
    }

    @Test
    void theSameBytesServeAnotherResourceVersion() {
        EncodedObject later = object.at(1234);

        assertThat(later.toString()).contains("\"resourceVersion\":\"1234\",");
        assertThat(later.body()).isSameAs(object.body());
        assertThat(later.size()).isEqualTo(object.size() + 3);
        assertThat(object.at(7)).isSameAs(object);
    }
}
