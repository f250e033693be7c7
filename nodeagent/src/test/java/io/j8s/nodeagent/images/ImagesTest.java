package io.j8s.nodeagent.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.j8s.cri.v1.Image;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

class ImagesTest {

    @Test
    void namesWithoutTagMeanLatest() {
        assertThat(ImageNames.withDefaultTag("nginx")).isEqualTo("nginx:latest");
        assertThat(ImageNames.withDefaultTag("localhost:5000/a"))
                .isEqualTo("localhost:5000/a:latest");
        assertThat(ImageNames.withDefaultTag("a:1")).isEqualTo("a:1");
        assertThat(ImageNames.withDefaultTag("a@sha256:00")).isEqualTo("a@sha256:00");
        assertThat(ImageNames.repository("nginx:1")).isEqualTo("docker.io/library/nginx");
        assertThat(ImageNames.repository("me/app")).isEqualTo("docker.io/me/app");
        assertThat(ImageNames.repository("localhost:5000/a:2")).isEqualTo("localhost:5000/a");
        assertThat(ImageNames.problem("Bad Name"))
                .contains(
                        "invalid reference format: repository name (library/Bad Name) must be"
                                + " lowercase");
        assertThat(ImageNames.problem("a b")).contains("invalid reference format");
        assertThat(ImageNames.problem("registry.k8s.io/pause:3.10")).isEmpty();
    }

    private static Secret secret(String json) {
        return new SecretBuilder()
                .withData(
                        Map.of(
                                ".dockerconfigjson",
                                Base64.getEncoder()
                                        .encodeToString(json.getBytes(StandardCharsets.UTF_8))))
                .build();
    }

    @Test
    void mostSpecificCredentialsComeFirst() {
        var found =
                PullCredentials.matching(
                        List.of(
                                secret(
                                        """
                                        {"auths":{
                                          "https://index.docker.io/v1/":{"auth":"aHViOnB3"},
                                          "registry.example.com":{"username":"all","password":"p"},
                                          "registry.example.com/team":{"username":"team","password":"p"},
                                          "*.example.org":{"username":"wild","password":"p"}}}
                                        """)),
                        "registry.example.com/team/app");
        assertThat(found)
                .extracting(credential -> credential.auth().getUsername())
                .containsExactly("team", "all");
        var hub = secret("{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"aHViOnB3\"}}}");
        assertThat(PullCredentials.matching(List.of(hub), "docker.io/library/nginx"))
                .extracting(
                        credential -> credential.auth().getUsername(),
                        credential -> credential.auth().getPassword())
                .containsExactly(org.assertj.core.groups.Tuple.tuple("hub", "pw"));
    }

    @Test
    void onlyOldUnusedImagesGoTheLongestUnusedFirst() {
        var now = Instant.parse("2026-01-01T01:00:00Z");
        var old = new ImageGarbage.Seen(now.minusSeconds(3600), now.minusSeconds(1800));
        var older = new ImageGarbage.Seen(now.minusSeconds(3600), now.minusSeconds(3000));
        var young = new ImageGarbage.Seen(now.minusSeconds(60), now.minusSeconds(60));
        var images =
                List.of(image("a"), image("b"), image("used"), image("young"), image("unseen"));
        assertThat(
                        ImageGarbage.order(
                                images,
                                Set.of("used"),
                                Map.of("a", old, "b", older, "used", older, "young", young),
                                now))
                .extracting(Image::getId)
                .containsExactly("b", "a");
    }

    private static Image image(String id) {
        return Image.newBuilder().setId(id).build();
    }
}
