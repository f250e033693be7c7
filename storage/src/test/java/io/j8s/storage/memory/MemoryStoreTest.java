package io.j8s.storage.memory;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.StoreContract;
import io.j8s.storage.model.Store;

import org.junit.jupiter.api.AfterAll;

class MemoryStoreTest extends StoreContract {

    private static final SystemTimers TIMERS = new SystemTimers();

    @AfterAll
    static void closeTimers() {
        TIMERS.close();
    }

    @Override
    protected Store open() {
        return new MemoryStore(TIMERS);
    }

    @Override
    protected boolean keepsHistoryBelowLogicalHorizon() {
        return true;
    }
}
