package io.j8s.storage.rocks;

import io.j8s.machinery.timers.SystemTimers;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.Op;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult.Found;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.Txn;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// The process that is killed: each writer counts its own key up and tells every acknowledged count
/// with its revision on standard output.
final class CrashingWriters {

    static final int WRITERS = 8;

    private CrashingWriters() {}

    public static void main(String[] args) throws Exception {
        var timers = new SystemTimers();
        var store = new RocksStore(Path.of(args[0]), timers);
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        for (int i = 0; i < WRITERS; i++) {
            int writer = i;
            Thread.ofPlatform().start(() -> write(store, writer, out));
        }
    }

    static Bytes key(int writer) {
        return Bytes.of("/writer" + writer);
    }

    /// The writer's count as stored, 0 when there is none.
    static long count(Store store, int writer) throws InterruptedException {
        var found = (Found) store.range(RangeRequest.of(key(writer)));
        return found.records().isEmpty() ? 0 : parse(found.records().getFirst().value());
    }

    static long parse(Bytes value) {
        String text = value.toString();
        return Long.parseLong(text.substring(0, text.indexOf(' ')));
    }

    private static void write(Store store, int writer, OutputStream out) {
        try {
            for (long count = count(store, writer) + 1; ; count++) {
                Bytes value = Bytes.of(count + " " + "x".repeat((int) (count * 37 % 3000)));
                var put = new Op.Put(key(writer), value, 0, false);
                long revision = store.txn(new Txn(List.of(), List.of(put), List.of())).revision();
                String line = writer + " " + count + " " + revision + "\n";
                synchronized (out) {
                    out.write(line.getBytes(StandardCharsets.US_ASCII));
                }
            }
        } catch (Exception e) {
            Runtime.getRuntime().halt(3);
        }
    }
}
