package io.j8s.nodeagent.pods;

import io.j8s.cri.v1.ContainerFilter;
import io.j8s.cri.v1.ContainerState;
import io.j8s.cri.v1.ContainerStateValue;
import io.j8s.nodeagent.cri.CriException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/// Keeps containers' logs below a size: a log that has grown is renamed and the runtime told to
/// begin a new one; older ones are compressed, the oldest deleted. upstream: ContainerLogManager.
/// One thread calls it.
final class LogRotation {

    private static final Logger log = LoggerFactory.getLogger(LogRotation.class);
    private static final long SIZE_MAX = 10L * 1024 * 1024; // upstream: containerLogMaxSize
    private static final int FILES_MAX = 5; // upstream: containerLogMaxFiles
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    private final PodTools tools;

    LogRotation(PodTools tools) {
        this.tools = tools;
    }

    void rotate() throws CriException {
        var running =
                ContainerFilter.newBuilder()
                        .setState(
                                ContainerStateValue.newBuilder()
                                        .setState(ContainerState.CONTAINER_RUNNING))
                        .build();
        for (var container : tools.runtime().listContainers(running)) {
            var path = tools.runtime().containerStatus(container.getId()).getLogPath();
            if (path.isEmpty()) {
                continue;
            }
            try {
                var file = Path.of(path);
                if (Files.exists(file) && Files.size(file) >= SIZE_MAX) {
                    rotate(container.getId(), file);
                }
            } catch (IOException e) {
                log.atWarn().addKeyValue("log", path).setCause(e).log("log can't be rotated");
            }
        }
    }

    private void rotate(String id, Path file) throws IOException, CriException {
        var old = rotated(file);
        for (int i = 0; i < old.size(); i++) {
            if (i < old.size() - (FILES_MAX - 2)) {
                Files.delete(old.get(i));
            } else if (!old.get(i).toString().endsWith(".gz")) {
                compress(old.get(i));
            }
        }
        var stamp = STAMP.format(tools.timers().now().atOffset(ZoneOffset.UTC));
        var moved = file.resolveSibling(file.getFileName() + "." + stamp);
        Files.move(file, moved, StandardCopyOption.ATOMIC_MOVE);
        try {
            tools.runtime().reopenContainerLog(id);
        } catch (CriException e) {
            // the container may have ended: its log must keep its name
            Files.move(moved, file, StandardCopyOption.ATOMIC_MOVE);
            throw e;
        }
    }

    /// The oldest first.
    private static List<Path> rotated(Path file) throws IOException {
        var prefix = file.getFileName() + ".";
        try (Stream<Path> siblings = Files.list(file.getParent())) {
            return siblings.filter(path -> path.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    private static void compress(Path file) throws IOException {
        var target = file.resolveSibling(file.getFileName() + ".gz");
        try (var out = new GZIPOutputStream(Files.newOutputStream(target))) {
            Files.copy(file, out);
        }
        Files.delete(file);
    }
}
