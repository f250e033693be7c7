package io.j8s.controllers.workload;

import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.j8s.machinery.names.GeneratedNames;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

import java.nio.charset.StandardCharsets;

/// The `pod-template-hash` of a template, equal to upstream's (`controller.ComputeHash`): FNV-32a
/// over the Go dump of the template and the collision count.
final class PodTemplateHash {

    private static final JsonMapper JSON = new JsonMapper();
    private static final KubernetesSerialization SERIALIZATION =
            new KubernetesSerialization(new ObjectMapper(), false);

    private PodTemplateHash() {}

    static String of(PodTemplateSpec template, @Nullable Integer collisions) {
        return of(JSON.readTree(SERIALIZATION.asJson(template)), collisions);
    }

    static String of(JsonNode template, @Nullable Integer collisions) {
        int hash = 0x811c9dc5;
        for (byte b : GoDump.podTemplate(template).getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x01000193;
        }
        if (collisions != null) {
            for (int i = 0; i < 8; i++) { // upstream: eight bytes, little endian, four of them used
                int b = i < 4 ? collisions >>> (8 * i) & 0xff : 0;
                hash = (hash ^ b) * 0x01000193;
            }
        }
        return GeneratedNames.safeEncode(Integer.toUnsignedString(hash));
    }
}
