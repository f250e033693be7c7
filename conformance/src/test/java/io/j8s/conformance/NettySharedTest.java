package io.j8s.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.nodeagent.runtime.ContainerRuntimeProcess;
import io.j8s.nodeagent.runtime.NodePaths;
import io.j8s.nodeagent.runtime.PauseImage;
import io.j8s.nodeagent.runtime.Teardown;
import io.j8s.storage.etcd.EtcdConfig;
import io.j8s.storage.etcd.EtcdStore;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult.Found;
import io.j8s.storage.model.Txn;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// The etcd engine (jetcd's messages) and the CRI client share one grpc-netty: both must work in
/// one JVM.
@Tag("runtime")
class NettySharedTest {

    @TempDir Path temporary;

    @Test
    void etcdAndContainerdAreSpokenToFromOneJvm() throws Exception {
        var data = Files.createDirectory(temporary.resolve("data"));
        int port = freePort();
        var endpoint = URI.create("http://127.0.0.1:" + port);
        var etcd = startEtcd(port, freePort());
        try (var timers = new SystemTimers();
                var store = new EtcdStore(EtcdConfig.plain(endpoint), timers);
                var runtime = new ContainerRuntimeProcess(NodePaths.of(data), timers)) {
            var key = Bytes.of("/key");
            store.txn(Txn.create(key, Bytes.of("value"), 0));
            runtime.start(_ -> {});
            assertThat(runtime.runtime().imageStatus(PauseImage.NAME)).isPresent();
            var read = (Found) store.range(RangeRequest.of(key));
            assertThat(read.records().getFirst().value()).isEqualTo(Bytes.of("value"));
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
