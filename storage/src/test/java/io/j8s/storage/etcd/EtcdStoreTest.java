package io.j8s.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.machinery.timers.Timers;
import io.j8s.storage.StoreContract;
import io.j8s.storage.WatchRecorder;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.StoreException;
import io.j8s.storage.model.Txn;
import io.j8s.storage.model.WatchListener.Reason;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

class EtcdStoreTest extends StoreContract {

    private static final Timers TIMERS = new SystemTimers();

    @TempDir private static Path directory = Path.of("");
    private static @Nullable EtcdProcess etcd;

    @BeforeAll
    static void startEtcd() throws Exception {
        etcd = EtcdProcess.start(directory.resolve("shared"), false);
    }

    @AfterAll
    static void stopEtcd() {
        if (etcd != null) {
            etcd.close();
        }
    }

    @Override
    protected Store open() throws Exception {
        return new EtcdStore(EtcdConfig.plain(Objects.requireNonNull(etcd).endpoint()), TIMERS);
    }

    @Override
    protected boolean keepsHistoryBelowLogicalHorizon() {
        return false;
    }

    @Test
    void aCompactionByAnotherIsNoticed() throws Exception {
        put("a", "1");
        long revision = put("a", "2").revision();
        store().compact(revision);
        try (Store other = open()) {
            assertThat(other.compactedRevision()).isEqualTo(revision);
        }
    }

    @Test
    void aLostConnectionEndsTheWatchAndTheStoreGoesOn(@TempDir Path own) throws Exception {
        var recorder = new WatchRecorder();
        int port;
        try (var first = EtcdProcess.start(own, false);
                var store = new EtcdStore(EtcdConfig.plain(first.endpoint()), TIMERS)) {
            port = first.port();
            long revision = store.txn(Txn.create(Bytes.of("a"), Bytes.of("1"), 0)).revision();
            store.watch(Bytes.of("a"), null, revision, true, recorder);
            recorder.awaitEvents(1);
            first.kill();
            assertThat(recorder.awaitEnd()).isInstanceOf(Reason.Lost.class);
            assertThatThrownBy(store::revision).isInstanceOf(StoreException.Unavailable.class);

            try (var _ = EtcdProcess.start(own, false, port)) {
                assertThat(awaitRevision(store)).isEqualTo(revision);
            }
        }
    }

    @Test
    void anotherMemberIsAskedWhenOneIsDown() throws Exception {
        URI down = URI.create("http://127.0.0.1:" + EtcdProcess.freePort());
        URI up = Objects.requireNonNull(etcd).endpoint();
        try (var store = new EtcdStore(EtcdConfig.plain(down, up), TIMERS)) {
            assertThat(store.txn(Txn.create(key("a"), Bytes.of("1"), 0)).succeeded()).isTrue();
        }
    }

    @Test
    void anEtcdThatStartsLaterIsWaitedFor(@TempDir Path own) throws Exception {
        int port = EtcdProcess.freePort();
        try (var opening = Executors.newVirtualThreadPerTaskExecutor()) {
            var endpoint = URI.create("http://127.0.0.1:" + port);
            var opened = opening.submit(() -> new EtcdStore(EtcdConfig.plain(endpoint), TIMERS));
            try (var _ = EtcdProcess.start(own, false, port);
                    var store = opened.get(1, TimeUnit.MINUTES)) {
                assertThat(store.revision()).isPositive();
            }
        }
    }

    @Test
    void speaksTls(@TempDir Path own) throws Exception {
        try (var tls = EtcdProcess.start(own, true)) {
            var config =
                    new EtcdConfig(
                            List.of(tls.endpoint()), tls.certificate(), null, null, null, null);
            try (var store = new EtcdStore(config, TIMERS)) {
                assertThat(store.txn(Txn.create(key("a"), Bytes.of("1"), 0)).succeeded()).isTrue();
            }
        }
    }

    @Test
    void aUserGetsInByPasswordAndNobodyElse(@TempDir Path own) throws Exception {
        try (var locked = EtcdProcess.start(own, false)) {
            locked.requirePassword("secret");
            var config =
                    new EtcdConfig(List.of(locked.endpoint()), null, null, null, "root", "secret");
            var recorder = new WatchRecorder();
            try (var store = new EtcdStore(config, TIMERS)) {
                long revision = store.txn(Txn.create(key("a"), Bytes.of("1"), 0)).revision();
                try (var _ = store.watch(key("a"), null, revision, false, recorder)) {
                    recorder.awaitEvents(1);
                }
            }
            assertThatThrownBy(() -> new EtcdStore(EtcdConfig.plain(locked.endpoint()), TIMERS))
                    .isInstanceOf(StoreException.Unavailable.class)
                    .hasMessageContaining("user name is empty");
            var wrong =
                    new EtcdConfig(List.of(locked.endpoint()), null, null, null, "root", "wrong");
            assertThatThrownBy(() -> new EtcdStore(wrong, TIMERS))
                    .isInstanceOf(StoreException.Unavailable.class)
                    .hasMessageContaining("authentication failed");
        }
    }

    @Test
    void nobodyAtTheEndpointIsToldInOneSentence() throws Exception {
        URI nobody = URI.create("http://127.0.0.1:" + EtcdProcess.freePort());
        assertThatThrownBy(() -> new EtcdStore(EtcdConfig.plain(nobody), TIMERS, Duration.ZERO))
                .isInstanceOf(StoreException.Unavailable.class)
                .hasMessage("no etcd member answers");
    }

    private static long awaitRevision(Store store) throws InterruptedException {
        for (int i = 0; i < 200; i++) {
            try {
                return store.revision();
            } catch (StoreException.Unavailable e) {
                Thread.sleep(100);
            }
        }
        return store.revision();
    }
}
