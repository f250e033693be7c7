package io.j8s.nodeagent.volumes;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// The files that a volume made of API objects holds, by relative path.
final class Payload {

    /// One file; immutable.
    static final class Entry {
        private final byte[] content;
        private final int mode;
        private final @Nullable Long owner;

        Entry(byte[] content, int mode, @Nullable Long owner) {
            this.content = content.clone();
            this.mode = mode;
            this.owner = owner;
        }

        byte[] content() {
            return content.clone();
        }

        int mode() {
            return mode;
        }

        @Nullable Long owner() {
            return owner;
        }

        boolean hasContent(byte[] other) {
            return Arrays.equals(content, other);
        }
    }

    private final Map<String, Entry> files = new TreeMap<>();

    void put(String path, byte[] content, int mode) throws VolumeException {
        put(path, content, mode, null);
    }

    /// Paths come from users: they may go down, never up.
    void put(String path, byte[] content, int mode, @Nullable Long owner) throws VolumeException {
        var isBad =
                path.isEmpty()
                        || path.startsWith("/")
                        || path.startsWith("..")
                        || Arrays.asList(path.split("/", -1)).contains("..");
        if (isBad) {
            throw new VolumeException("invalid path: " + path);
        }
        files.put(path, new Entry(content, mode, owner));
    }

    Map<String, Entry> files() {
        return files;
    }
}
