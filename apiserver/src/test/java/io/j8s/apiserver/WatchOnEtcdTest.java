package io.j8s.apiserver;

import org.junit.jupiter.api.AfterAll;

/// Watches, with the objects in an etcd.
final class WatchOnEtcdTest extends WatchTest {

    private final EtcdServer etcd = new EtcdServer();

    @Override
    TestServer open() throws Exception {
        return new TestServer(etcd.start(), 0);
    }

    @Override
    @AfterAll
    void stop() {
        super.stop();
        etcd.close();
    }
}
