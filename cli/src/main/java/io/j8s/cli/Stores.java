package io.j8s.cli;

import io.j8s.machinery.timers.Timers;
import io.j8s.storage.etcd.EtcdConfig;
import io.j8s.storage.etcd.EtcdStore;
import io.j8s.storage.memory.MemoryStore;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.StoreException;
import io.j8s.storage.prefix.PrefixedStore;
import io.j8s.storage.rocks.RocksStore;

import java.net.URI;
import java.nio.file.Path;

/// Opens the engine that was asked for.
final class Stores {

    private Stores() {}

    /// @param directory for the embedded engine
    static Store open(UpConfig.StorageConfig config, Path directory, Timers timers)
            throws CommandException, InterruptedException {
        try {
            return switch (config) {
                case UpConfig.StorageConfig.Embedded() -> new RocksStore(directory, timers);
                case UpConfig.StorageConfig.Memory() -> new MemoryStore(timers);
                case UpConfig.StorageConfig.Etcd etcd ->
                        PrefixedStore.of(new EtcdStore(connection(etcd), timers), etcd.prefix());
            };
        } catch (StoreException.Unavailable e) {
            throw new CommandException(
                    "cannot open the storage: %s; check %s"
                            .formatted(
                                    e.getMessage(),
                                    config instanceof UpConfig.StorageConfig.Embedded
                                            ? directory
                                            : "--etcd-servers"),
                    e);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage("--etcd-servers: " + e.getMessage());
        }
    }

    private static EtcdConfig connection(UpConfig.StorageConfig.Etcd etcd) {
        return new EtcdConfig(
                etcd.servers().stream().map(URI::create).toList(),
                etcd.caFile().orElse(null),
                etcd.certFile().orElse(null),
                etcd.keyFile().orElse(null),
                null,
                null);
    }
}
