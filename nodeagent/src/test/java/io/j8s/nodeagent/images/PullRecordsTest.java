package io.j8s.nodeagent.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.cri.v1.AuthConfig;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

class PullRecordsTest {

    private static final String IMAGE = "registry.example.com/team/app:1";

    private static PullCredentials.Credential secret(String uid, String hash) {
        return new PullCredentials.Credential(
                AuthConfig.getDefaultInstance(), uid, "default", "pull", hash);
    }

    private static boolean isAccessible(
            PullRecords records, String image, PullCredentials.Credential... credentials) {
        return records.isAccessible(image, "sha256:1", () -> List.of(credentials));
    }

    @Test
    void imagesThatNobodyPulledHereAreEverybodys(@TempDir Path directory) {
        assertThat(isAccessible(new PullRecords(directory), IMAGE)).isTrue();
    }

    @Test
    void imagePulledWithASecretNeedsThatSecret(@TempDir Path directory) {
        new PullRecords(directory).pulled(IMAGE, "sha256:1", secret("u1", "h1"));
        var records = new PullRecords(directory); // as after a restart
        assertThat(isAccessible(records, IMAGE)).isFalse();
        assertThat(isAccessible(records, IMAGE, secret("u2", "h2"))).isFalse();
        assertThat(isAccessible(records, IMAGE, secret("u3", "h1"))).as("the same words").isTrue();
        assertThat(isAccessible(records, IMAGE, secret("u1", "h4"))).as("changed since").isTrue();
        assertThat(isAccessible(records, IMAGE, secret("u9", "h4"))).as("its new form").isTrue();
        assertThat(isAccessible(records, "registry.example.com/team/app:2", secret("u1", "h1")))
                .as("another tag of the same repository")
                .isTrue();
        assertThat(isAccessible(records, "registry.example.com/other/app:1", secret("u1", "h1")))
                .as("the same image from elsewhere")
                .isFalse();
    }

    @Test
    void imagePulledWithoutASecretIsEverybodysFromThenOn(@TempDir Path directory) {
        var records = new PullRecords(directory);
        records.pulled(IMAGE, "sha256:1", secret("u1", "h1"));
        records.pulled(IMAGE, "sha256:1", null);
        assertThat(isAccessible(records, IMAGE)).isTrue();
    }

    @Test
    void goneImagesAreForgotten(@TempDir Path directory) {
        var records = new PullRecords(directory);
        records.pulled(IMAGE, "sha256:1", secret("u1", "h1"));
        records.keepOnly("sha256:1"::equals);
        assertThat(isAccessible(records, IMAGE)).isFalse();
        records.keepOnly("sha256:2"::equals);
        assertThat(isAccessible(records, IMAGE)).isTrue();
    }
}
