package io.j8s.apiserver.cache;

class DirectReaderTest extends ObjectReaderContract {

    private final DirectReader reader =
            new DirectReader(store, TestObjects.RESOURCE, TestObjects::decode, timers);

    @Override
    protected ObjectReader reader() {
        return reader;
    }
}
