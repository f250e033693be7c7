package io.j8s.apiserver.registry;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.j8s.apiserver.schema.JsonCodec;
import io.j8s.apiserver.schema.Tree;

import java.nio.charset.StandardCharsets;

/// Makes fabric8's read-only views of trees. They are never written back: fabric8's types cannot
/// carry every object faithfully.
final class Views {

    private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

    private Views() {}

    static <T> T of(Tree object, Class<T> view) {
        return SERIALIZATION.unmarshal(
                new String(JsonCodec.write(object), StandardCharsets.UTF_8), view);
    }
}
