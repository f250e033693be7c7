package io.j8s.apiserver.schema;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;

final class YamlCodecTest {

    @Test
    void jsonMayBeIndentedByTabsAndSpaces() {
        String json = "{\n\t\"a\": {\n\t\t \"b\": \"c\td\"\n\t}\n}";
        assertThat(new String(YamlCodec.toJson(json.getBytes(UTF_8)), UTF_8))
                .isEqualTo("{\"a\":{\"b\":\"c\\td\"}}");
    }
}
