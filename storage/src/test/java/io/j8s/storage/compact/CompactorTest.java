package io.j8s.storage.compact;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.storage.TurnedTimers;
import io.j8s.storage.compact.Compactor.Round;
import io.j8s.storage.memory.MemoryStore;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Txn;

import org.junit.jupiter.api.Test;

class CompactorTest {

    private final MemoryStore store = new MemoryStore(new TurnedTimers());

    @Test
    void eachRoundCompactsToWhereTheLastOneStood() throws InterruptedException {
        Round first = Compactor.next(store, Round.FIRST);
        assertThat(store.compactedRevision()).isZero();
        write("a");
        write("b");
        Round second = Compactor.next(store, first);
        assertThat(store.compactedRevision()).isEqualTo(first.revision());
        write("c");
        Compactor.next(store, second);
        assertThat(store.compactedRevision()).isEqualTo(second.revision());
        assertThat(second.revision()).isEqualTo(first.revision() + 3);
    }

    @Test
    void onlyOneOfSeveralServersCompacts() throws InterruptedException {
        Round one = Compactor.next(store, Round.FIRST);
        write("a");
        Round two = Compactor.next(store, Round.FIRST); // begins later and only takes notice
        assertThat(two.version()).isEqualTo(one.version());
        assertThat(store.compactedRevision()).isZero();

        one = Compactor.next(store, one);
        long compacted = store.compactedRevision();
        two = Compactor.next(store, two);
        assertThat(store.compactedRevision()).isEqualTo(compacted);
        assertThat(two.version()).isEqualTo(one.version());
    }

    private void write(String key) throws InterruptedException {
        store.txn(Txn.create(Bytes.of(key), Bytes.EMPTY, 0));
    }
}
