package io.j8s.apiserver;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.etcd.EtcdConfig;
import io.j8s.storage.etcd.EtcdStore;
import io.j8s.storage.model.Store;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A real etcd on loopback, for the tests that the other engines pass too.
final class EtcdServer implements AutoCloseable {

    private static final long END_SECONDS = 30;

    private final SystemTimers timers = new SystemTimers();
    private @Nullable Path directory;
    private @Nullable Process process;

    /// @return a store in it, which the caller closes; it waits until the etcd answers
    Store start() throws IOException, InterruptedException {
        var data = Files.createTempDirectory("j8s-etcd-");
        directory = data;
        String client = "http://127.0.0.1:" + freePort();
        String peer = "http://127.0.0.1:" + freePort();
        process =
                new ProcessBuilder(
                                List.of(
                                        "etcd",
                                        "--data-dir=" + data.resolve("data"),
                                        "--listen-client-urls=" + client,
                                        "--advertise-client-urls=" + client,
                                        "--listen-peer-urls=" + peer,
                                        "--initial-advertise-peer-urls=" + peer,
                                        "--initial-cluster=default=" + peer,
                                        "--log-level=error"))
                        .redirectErrorStream(true)
                        .redirectOutput(data.resolve("log").toFile())
                        .start();
        return new EtcdStore(EtcdConfig.plain(URI.create(client)), timers);
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly().onExit().orTimeout(END_SECONDS, TimeUnit.SECONDS).join();
        }
        if (directory != null) {
            try (var files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        timers.close();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
