package io.j8s.nodeagent.volumes;

import io.fabric8.kubernetes.api.model.HostPathVolumeSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file or directory of the node, checked to be of the type that the pod asks for.
record HostPathVolume(HostPathVolumeSource source) implements PodVolume {

    private static final int FILE_TYPE_MASK = 0170000;
    private static final int SOCKET = 0140000;
    private static final int BLOCK_DEVICE = 0060000;
    private static final int CHARACTER_DEVICE = 0020000;

    @Override
    public Path mount() throws VolumeException, IOException {
        var path = Path.of(source.getPath());
        switch (source.getType() == null ? "" : source.getType()) {
            case "" -> {}
            case "DirectoryOrCreate" -> {
                if (!Files.exists(path)) {
                    Files.createDirectories(path);
                    Files.setAttribute(path, "unix:mode", 0755);
                }
                check(Files.isDirectory(path), "a directory");
            }
            case "Directory" -> check(Files.isDirectory(path), "a directory");
            case "FileOrCreate" -> {
                if (!Files.exists(path)) {
                    Files.createFile(path);
                    Files.setAttribute(path, "unix:mode", 0644);
                }
                check(Files.isRegularFile(path), "a file");
            }
            case "File" -> check(Files.isRegularFile(path), "a file");
            case "Socket" -> check(isOfType(path, SOCKET), "a socket file");
            case "CharDevice" -> check(isOfType(path, CHARACTER_DEVICE), "a character device");
            case "BlockDevice" -> check(isOfType(path, BLOCK_DEVICE), "a block device");
            default -> throw new VolumeException(source.getType() + " is an invalid volume type");
        }
        return path;
    }

    private void check(boolean isRight, String wanted) throws VolumeException {
        if (!isRight) {
            throw new VolumeException(
                    "hostPath type check failed: " + source.getPath() + " is not " + wanted);
        }
    }

    static boolean isBlockDevice(Path path) throws IOException {
        return isOfType(path, BLOCK_DEVICE);
    }

    private static boolean isOfType(Path path, int type) throws IOException {
        return Files.exists(path)
                && ((int) Files.getAttribute(path, "unix:mode") & FILE_TYPE_MASK) == type;
    }
}
