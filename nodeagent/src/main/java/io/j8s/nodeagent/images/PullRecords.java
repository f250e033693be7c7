package io.j8s.nodeagent.images;

import io.j8s.controllers.runtime.ObjectJson;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// With which secrets each image was pulled, kept on disk: another pod may only use the image that
/// is there if it brings one of them, or if nobody needed any. Images that were brought here by
/// other means are everybody's. upstream: pullmanager, with the policy NeverVerifyPreloadedImages
///
/// Safe for use by many threads.
public final class PullRecords {

    private static final Logger log = LoggerFactory.getLogger(PullRecords.class);
    private static final int SECRETS_MAX = 100; // upstream: writeRecordWhileMatchingLimit

    /// The secret of one successful pull.
    record Used(String uid, String namespace, String name, String hash) {
        static Used of(PullCredentials.Credential credential) {
            return new Used(
                    credential.uid(), credential.namespace(), credential.name(), credential.hash());
        }

        boolean isSameSecret(Used other) {
            return uid.equals(other.uid)
                    && namespace.equals(other.namespace)
                    && name.equals(other.name);
        }
    }

    /// @param isForAll the image was pulled without any secret
    record Access(boolean isForAll, List<Used> secrets) {}

    /// @param byRepository one image can be had under several names
    record Entry(String imageRef, Map<String, Access> byRepository) {

        @SuppressWarnings("unchecked") // as it was written
        static Entry of(Map<String, Object> json) {
            var accesses = new LinkedHashMap<String, Access>();
            ((Map<String, Map<String, Object>>) json.getOrDefault("byRepository", Map.of()))
                    .forEach((repository, access) ->
                            accesses.put(
                                    repository,
                                    new Access(
                                            Boolean.TRUE.equals(access.get("isForAll")),
                                            ((List<Map<String, String>>)
                                                            access.getOrDefault(
                                                                    "secrets", List.of()))
                                                    .stream().map(Entry::secret).toList())));
            return new Entry(String.valueOf(json.get("imageRef")), accesses);
        }

        private static Used secret(Map<String, String> json) {
            return new Used(
                    json.getOrDefault("uid", ""),
                    json.getOrDefault("namespace", ""),
                    json.getOrDefault("name", ""),
                    json.getOrDefault("hash", ""));
        }

        Map<String, Object> json() {
            var accesses = new LinkedHashMap<String, Object>();
            byRepository.forEach((repository, access) ->
                    accesses.put(
                            repository,
                            Map.of(
                                    "isForAll",
                                    access.isForAll(),
                                    "secrets",
                                    access.secrets().stream().map(Entry::json).toList())));
            return Map.of("imageRef", imageRef, "byRepository", accesses);
        }

        private static Map<String, String> json(Used secret) {
            return Map.of(
                    "uid",
                    secret.uid(),
                    "namespace",
                    secret.namespace(),
                    "name",
                    secret.name(),
                    "hash",
                    secret.hash());
        }
    }

    private final Path directory;

    public PullRecords(Path directory) {
        this.directory = directory;
    }

    /// @param used null when the registry wanted none
    synchronized void pulled(
            String image, String imageRef, PullCredentials.@Nullable Credential used) {
        var repository = ImageNames.repository(image);
        var entry = read(imageRef);
        var all =
                new LinkedHashMap<String, Access>(entry == null ? Map.of() : entry.byRepository());
        var before = all.getOrDefault(repository, new Access(false, List.of()));
        var secrets = new ArrayList<>(before.secrets());
        if (used != null && !secrets.contains(Used.of(used)) && secrets.size() < SECRETS_MAX) {
            secrets.removeIf(known -> known.isSameSecret(Used.of(used)));
            secrets.add(Used.of(used));
        }
        var access = new Access(before.isForAll() || used == null, secrets);
        if (!access.equals(all.put(repository, access))) {
            write(new Entry(imageRef, all));
        }
    }

    /// @param credentials the pod's, looked up only when they matter
    synchronized boolean isAccessible(
            String image, String imageRef, Supplier<List<PullCredentials.Credential>> credentials) {
        if (!Files.exists(file(imageRef))) {
            return true;
        }
        var entry = read(imageRef);
        var access = entry == null ? null : entry.byRepository().get(ImageNames.repository(image));
        if (access == null) {
            return false;
        }
        if (access.isForAll()) {
            return true;
        }
        for (var credential : credentials.get()) {
            var own = Used.of(credential);
            for (var known : access.secrets()) {
                if (known.hash().equals(own.hash()) || known.isSameSecret(own)) {
                    pulled(image, imageRef, credential); // also good in its new form
                    return true;
                }
            }
        }
        return false;
    }

    /// Forgets images that are gone.
    synchronized void keepOnly(Predicate<String> isPresent) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (var file : files.toList()) {
                var entry = readFile(file);
                if (entry == null || !isPresent.test(entry.imageRef())) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            log.atInfo().addKeyValue("cause", e.getMessage()).log("pull records stay");
        }
    }

    static String hash(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private Path file(String imageRef) {
        return directory.resolve(hash(imageRef.getBytes(StandardCharsets.UTF_8)) + ".json");
    }

    private @Nullable Entry read(String imageRef) {
        var file = file(imageRef);
        return Files.exists(file) ? readFile(file) : null;
    }

    private static @Nullable Entry readFile(Path file) {
        try {
            return Entry.of(ObjectJson.readMap(Files.readString(file)));
        } catch (IOException | RuntimeException e) { // whatever is in that file
            log.atWarn().addKeyValue("file", file).setCause(e).log("pull record is broken");
            return null;
        }
    }

    private void write(Entry entry) {
        try {
            Files.createDirectories(directory);
            var fresh = Files.createTempFile(directory, "new", ".json");
            Files.writeString(fresh, ObjectJson.write(entry.json()));
            Files.move(fresh, file(entry.imageRef()), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            log.atWarn()
                    .addKeyValue("image", entry.imageRef())
                    .setCause(e)
                    .log("pull is not recorded");
        }
    }
}
