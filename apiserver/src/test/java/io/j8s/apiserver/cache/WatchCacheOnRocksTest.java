package io.j8s.apiserver.cache;

import io.j8s.storage.model.Store;
import io.j8s.storage.rocks.RocksStore;

import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.UUID;

/// The same on the durable engine, whose deliveries and reads run beside the writer.
class WatchCacheOnRocksTest extends WatchCacheTest {

    @TempDir private static Path directory = Path.of("");

    @Override
    protected Store openStore() {
        return new RocksStore(directory.resolve(UUID.randomUUID().toString()), timers);
    }
}
