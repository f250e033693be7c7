package io.j8s.apiserver;

import org.junit.jupiter.api.AfterAll;

/// What clients do wrong, with the objects in an etcd.
final class BadInputOnEtcdTest extends BadInputTest {

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
