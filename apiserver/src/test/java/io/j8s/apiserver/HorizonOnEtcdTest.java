package io.j8s.apiserver;

import io.j8s.storage.model.Store;

import org.junit.jupiter.api.AfterAll;

/// The compaction revision, with the objects in an etcd.
final class HorizonOnEtcdTest extends HorizonTest {

    private final EtcdServer etcd = new EtcdServer();

    @Override
    Store open() throws Exception {
        return etcd.start();
    }

    @Override
    @AfterAll
    void stop() {
        super.stop();
        etcd.close();
    }
}
