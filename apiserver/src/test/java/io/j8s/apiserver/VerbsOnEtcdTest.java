package io.j8s.apiserver;

import org.junit.jupiter.api.AfterAll;

/// The verbs, with the objects in an etcd.
final class VerbsOnEtcdTest extends VerbsTest {

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
