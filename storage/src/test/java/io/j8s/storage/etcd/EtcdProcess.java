package io.j8s.storage.etcd;

import io.etcd.jetcd.api.AuthEnableRequest;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthRoleAddRequest;
import io.etcd.jetcd.api.AuthUserAddRequest;
import io.etcd.jetcd.api.AuthUserGrantRoleRequest;
import io.grpc.netty.NettyChannelBuilder;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A real etcd on free loopback ports with its data in a directory of the test's.
final class EtcdProcess implements AutoCloseable {

    private static final long START_SECONDS = 30;

    private final Process process;
    private final Path directory;
    private final int port;
    private final boolean tls;

    private EtcdProcess(Process process, Path directory, int port, boolean tls) {
        this.process = process;
        this.directory = directory;
        this.port = port;
        this.tls = tls;
    }

    static EtcdProcess start(Path directory, boolean tls) throws Exception {
        return start(directory, tls, freePort());
    }

    static EtcdProcess start(Path directory, boolean tls, int port) throws Exception {
        String client = (tls ? "https" : "http") + "://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + freePort();
        List<String> command =
                new ArrayList<>(
                        List.of(
                                System.getProperty("j8s.test.etcd", "etcd"),
                                "--name=test",
                                "--data-dir=" + directory.resolve("data"),
                                "--listen-client-urls=" + client,
                                "--advertise-client-urls=" + client,
                                "--listen-peer-urls=" + peer,
                                "--initial-advertise-peer-urls=" + peer,
                                "--initial-cluster=test=" + peer,
                                "--log-level=error"));
        if (tls) {
            command.add("--auto-tls");
        }
        Files.createDirectories(directory);
        Process process;
        try {
            process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("etcd.log").toFile())
                            .start();
        } catch (IOException e) {
            throw new AssertionError(
                    "these tests need etcd: apt-get install etcd-server (./verify does it)", e);
        }
        var etcd = new EtcdProcess(process, directory, port, tls);
        etcd.awaitStart();
        return etcd;
    }

    URI endpoint() {
        return URI.create((tls ? "https" : "http") + "://127.0.0.1:" + port);
    }

    /// The certificate that etcd made for itself.
    Path certificate() {
        return directory.resolve("data/fixtures/client/cert.pem");
    }

    /// Makes a user `root` and lets nobody in without a password from then on.
    void requirePassword(String password) {
        var channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            var auth =
                    AuthGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(START_SECONDS, TimeUnit.SECONDS);
            auth.roleAdd(AuthRoleAddRequest.newBuilder().setName("root").build());
            auth.userAdd(
                    AuthUserAddRequest.newBuilder().setName("root").setPassword(password).build());
            auth.userGrantRole(
                    AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root").build());
            auth.authEnable(AuthEnableRequest.getDefaultInstance());
        } finally {
            channel.shutdownNow();
        }
    }

    int port() {
        return port;
    }

    /// Ends the process; again does nothing.
    void kill() {
        process.destroyForcibly().onExit().orTimeout(START_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        kill();
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitStart() throws InterruptedException {
        for (int i = 0; i < START_SECONDS * 20; i++) {
            try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                if (!process.isAlive()) {
                    throw new AssertionError("etcd ended with " + process.exitValue(), e);
                }
                Thread.sleep(50);
            }
        }
        close();
        throw new AssertionError("etcd does not listen after " + START_SECONDS + " s");
    }
}
