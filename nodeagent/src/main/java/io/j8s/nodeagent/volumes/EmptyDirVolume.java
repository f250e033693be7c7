package io.j8s.nodeagent.volumes;

import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.j8s.nodeagent.linux.Libc;
import io.j8s.nodeagent.linux.Mounts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A directory that lives as long as the pod, on disk, in memory or in huge pages.
record EmptyDirVolume(String name, EmptyDirVolumeSource source, VolumeContext context)
        implements PodVolume {

    @Override
    public Path mount() throws VolumeException, IOException {
        var directory = context.directory("empty-dir", name);
        var medium = source.getMedium() == null ? "" : source.getMedium();
        if (!medium.isEmpty() && !medium.equals("Memory")) {
            throw new VolumeException("unsupported medium " + medium + " for an emptyDir here");
        }
        boolean isNew = !Files.exists(directory);
        if (isNew) {
            Files.createDirectories(directory);
            Files.setAttribute(directory, "unix:mode", 0777);
        }
        if (medium.equals("Memory") && !Mounts.isMountPoint(directory)) {
            Libc.mount("tmpfs", directory.toString(), "tmpfs", 0, options());
            Files.setAttribute(directory, "unix:mode", 0777);
            isNew = true;
        }
        if (isNew) {
            Ownership.apply(directory, context.fsGroup(), false);
        }
        return directory;
    }

    private String options() {
        var limit = source.getSizeLimit();
        return limit == null || limit.getNumericalAmount().signum() == 0
                ? ""
                : "size=" + limit.getNumericalAmount().longValue();
    }
}
