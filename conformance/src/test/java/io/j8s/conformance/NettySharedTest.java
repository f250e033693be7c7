package io.j8s.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.j8s.machinery.timers.SystemTimers;
import io.j8s.nodeagent.runtime.ContainerRuntimeProcess;
import io.j8s.nodeagent.runtime.NodePaths;
import io.j8s.nodeagent.runtime.PauseImage;
import io.j8s.nodeagent.runtime.Teardown;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// jetcd (over Vert.x) and the CRI client (over grpc-netty) share one Netty and one gRPC: both must
/// work in one JVM.
@Tag("runtime")
class NettySharedTest {

    @TempDir Path temporary;

    @Test
    void etcdAndContainerdAreSpokenToFromOneJvm() throws Exception {
        var data = Files.createDirectory(temporary.resolve("data"));
        int port = freePort();
        var etcd = startEtcd(port, freePort());
        try (var timers = new SystemTimers();
                var client = Client.builder().endpoints("http://127.0.0.1:" + port).build();
                var runtime = new ContainerRuntimeProcess(NodePaths.of(data), timers)) {
            var key = ByteSequence.from("/key", UTF_8);
            client.getKVClient()
                    .put(key, ByteSequence.from("value", UTF_8))
                    .get(20, TimeUnit.SECONDS);
            runtime.start(_ -> {});
            assertThat(runtime.runtime().imageStatus(PauseImage.NAME)).isPresent();
            var read = client.getKVClient().get(key).get(20, TimeUnit.SECONDS);
            assertThat(read.getKvs().getFirst().getValue().toString(UTF_8)).isEqualTo("value");
            assertThat(new Teardown(NodePaths.of(data), timers).run()).isEmpty();
        } finally {
            etcd.destroy();
            assertThat(etcd.waitFor(Duration.ofSeconds(20))).isTrue();
        }
    }

    private Process startEtcd(int clientPort, int peerPort) throws Exception {
        var client = "http://127.0.0.1:" + clientPort;
        var peer = "http://127.0.0.1:" + peerPort;
        var log = temporary.resolve("etcd.log").toFile();
        var process =
                new ProcessBuilder(
                                "etcd",
                                "--data-dir",
                                temporary.resolve("etcd").toString(),
                                "--listen-client-urls",
                                client,
                                "--advertise-client-urls",
                                client,
                                "--listen-peer-urls",
                                peer,
                                "--initial-advertise-peer-urls",
                                peer,
                                "--initial-cluster",
                                "default=" + peer)
                        .redirectErrorStream(true)
                        .redirectOutput(log)
                        .start();
        process.getOutputStream().close();
        return process;
    }

    private static int freePort() throws Exception {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
