package io.j8s.storage.prefix;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.StoreContract;
import io.j8s.storage.memory.MemoryStore;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.Txn;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PrefixedStoreTest extends StoreContract {

    private static final SystemTimers TIMERS = new SystemTimers();

    PrefixedStoreTest() {
        super("/registry/");
    }

    @AfterAll
    static void closeTimers() {
        TIMERS.close();
    }

    @Override
    protected Store open() {
        return PrefixedStore.of(new MemoryStore(TIMERS), "/elsewhere/one/");
    }

    @Override
    protected boolean keepsHistoryBelowLogicalHorizon() {
        return true;
    }

    @Test
    void keysStandBelowTheOtherPrefix() throws InterruptedException {
        try (var engine = new MemoryStore(TIMERS)) {
            var store = PrefixedStore.of(engine, "elsewhere");
            store.txn(Txn.create(Bytes.of("/registry/pods/default/a"), Bytes.of("1"), 0));
            store.txn(Txn.create(Bytes.of("compact_rev_key"), Bytes.of("2"), 0));
            assertThat(keys(engine)).isEqualTo("/elsewhere/pods/default/a compact_rev_key ");
        }
    }

    @Test
    void everythingBelowTheStandardPrefixIsEverythingBelowTheOther() throws InterruptedException {
        try (var engine = new MemoryStore(TIMERS)) {
            engine.txn(Txn.create(Bytes.of("/registry/pods/default/a"), Bytes.of("1"), 0));
            var store = PrefixedStore.of(engine, "elsewhere");
            store.txn(Txn.create(Bytes.of("/registry/pods/default/b"), Bytes.of("1"), 0));
            var found = store.range(RangeRequest.prefix(Bytes.of("/registry"), 0, 0));
            assertThat(((RangeResult.Found) found).records())
                    .extracting(record -> record.key().toString())
                    .containsExactly("/registry/pods/default/b");
        }
    }

    @Test
    void theStandardPrefixNeedsNoDecorator() {
        try (var engine = new MemoryStore(TIMERS)) {
            assertThat(PrefixedStore.of(engine, "/registry")).isSameAs(engine);
        }
    }

    private static String keys(Store store) throws InterruptedException {
        var found =
                store.range(
                        new RangeRequest(Bytes.of("/"), Bytes.EMPTY, 0, 0, false, false, false, 0));
        var out = new StringBuilder();
        ((RangeResult.Found) found).records().forEach(r -> out.append(r.key()).append(' '));
        return out.toString();
    }
}
