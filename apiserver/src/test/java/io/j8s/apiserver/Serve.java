package io.j8s.apiserver;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.memory.MemoryStore;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// Runs a [TestServer] until it is ended, for clients and load tools of the command line.
final class Serve {

    private Serve() {}

    /// @param arguments port, directory for the kubeconfig
    public static void main(String[] arguments) throws Exception {
        var directory = Files.createDirectories(Path.of(arguments[1]));
        var store = new MemoryStore(new SystemTimers());
        try (var server = new TestServer(store, Integer.parseInt(arguments[0]))) {
            server.writeKubeconfig(directory);
            new CountDownLatch(1).await();
        }
    }
}
