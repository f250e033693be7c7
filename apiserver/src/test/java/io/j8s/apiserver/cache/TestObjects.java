package io.j8s.apiserver.cache;

import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.Txn;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// A resource whose stored value is one word: the label `is`, the selectable field and the payload.
final class TestObjects {

    static final StoredResource RESOURCE =
            new StoredResource(new GroupResource("", "words"), "/registry/words", true);

    private static final byte[] HEAD =
            "{\"kind\":\"Word\",\"apiVersion\":\"v1\",".getBytes(StandardCharsets.UTF_8);

    private TestObjects() {}

    static EncodedObject decode(KeyValue record) {
        String word = record.value().toString();
        if (word.equals("broken")) {
            throw new IllegalArgumentException("broken record");
        }
        return object(RESOURCE.objectKey(record.key()), word, record.modRevision());
    }

    static EncodedObject object(ObjectKey key, String word, long revision) {
        String before = "\"metadata\":{\"name\":\"" + key.name() + "\",\"uid\":\"u\",";
        String after = "\"namespace\":\"" + key.namespace() + "\"},\"word\":\"" + word + "\"}";
        return new EncodedObject(
                HEAD,
                (before + after).getBytes(StandardCharsets.UTF_8),
                before.length(),
                revision,
                key,
                "u",
                Map.of("is", word),
                List.of(word));
    }

    static Selection is(String word) {
        return object -> word.equals(object.labels().get("is"));
    }

    static long put(Store store, String namespace, String name, String word)
            throws InterruptedException {
        Bytes key = RESOURCE.storeKey(new ObjectKey(namespace, name));
        var put = new Op.Put(key, Bytes.of(word), 0, false);
        return store.txn(new Txn(List.of(), List.of(put), List.of())).revision();
    }

    static long delete(Store store, String namespace, String name) throws InterruptedException {
        Bytes key = RESOURCE.storeKey(new ObjectKey(namespace, name));
        var delete = new Op.Delete(key, null, false);
        return store.txn(new Txn(List.of(), List.of(delete), List.of())).revision();
    }

    /// `ADDED default/a=red@7`: what a client reads of it, in short.
    static String text(WatchItem item) {
        return switch (item) {
            case WatchItem.Changed(var type, var object) ->
                    type
                            + " "
                            + object.key()
                            + "="
                            + object.labels().get("is")
                            + "@"
                            + object.resourceVersion();
            case WatchItem.Bookmark(long revision, boolean end) ->
                    "BOOKMARK " + revision + (end ? " end" : "");
            case WatchItem.Failed(var error) -> "ERROR " + error;
            case WatchItem.Ended(_) -> "ENDED";
        };
    }
}
