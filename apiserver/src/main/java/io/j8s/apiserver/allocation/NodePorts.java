package io.j8s.apiserver.allocation;

import io.j8s.apiserver.schema.ProtobufCodec;
import io.j8s.apiserver.schema.Schema;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.machinery.meta.GroupVersionKind;
import io.j8s.storage.model.Bytes;
import io.j8s.storage.model.KeyValue;
import io.j8s.storage.model.RangeRequest;
import io.j8s.storage.model.RangeResult;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.Txn;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Base64;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/// Node ports as upstream's one `RangeAllocation` object in the store: a bitmap of the range, each
/// change a compare-and-swap, so several API servers agree. Safe for use by many threads.
public final class NodePorts {

    private static final Bytes KEY = Bytes.of("/registry/ranges/servicenodeports");
    private static final GroupVersionKind KIND = new GroupVersionKind("", "v1", "RangeAllocation");
    private static final int LOWER_MIN = 16; // upstream: portallocator's calculateRangeOffset
    private static final int LOWER_MAX = 128;
    private static final int LOWER_STEP = 32;
    private static final int ATTEMPTS_MAX = 100;

    private final int first;
    private final int last;
    private final Store store;
    private final Schema schema;
    private final RandomGenerator random;
    private final Band band;

    /// @param first of `--service-node-port-range`, as `last`
    public NodePorts(int first, int last, Store store, Schema schema, RandomGenerator random) {
        this.first = first;
        this.last = last;
        this.store = store;
        this.schema = schema;
        this.random = random;
        var size = BigInteger.valueOf(last - first + 1L);
        this.band =
                new Band(
                        BigInteger.valueOf(first),
                        size,
                        Band.lowerBand(size, LOWER_MIN, LOWER_MAX, LOWER_STEP));
    }

    private String range() {
        return first + "-" + last;
    }

    /// Reserves one named port.
    void take(int port, boolean dryRun) throws AllocationException, InterruptedException {
        if (port < first || port > last) {
            throw new AllocationException(
                    "provided port is not in the valid range. The range of valid ports is "
                            + range());
        }
        boolean[] isTaken = new boolean[1];
        change(
                bits -> {
                    isTaken[0] = bits.testBit(port - first);
                    return bits.setBit(port - first);
                },
                dryRun);
        if (isTaken[0]) {
            throw new AllocationException(AllocationException.PORT_TAKEN);
        }
    }

    /// Reserves any free port.
    int takeAny(boolean dryRun) throws AllocationException, InterruptedException {
        int[] found = new int[1];
        change(
                bits -> {
                    found[0] =
                            band.take(random, number -> !bits.testBit(number.intValue() - first))
                                    .map(BigInteger::intValue)
                                    .orElse(0);
                    return found[0] == 0 ? bits : bits.setBit(found[0] - first);
                },
                dryRun);
        if (found[0] == 0) {
            throw new AllocationException(AllocationException.FULL);
        }
        return found[0];
    }

    /// Gives a port back; one that nobody holds is fine.
    void release(int port) throws InterruptedException {
        if (port >= first && port <= last) {
            change(bits -> bits.clearBit(port - first), false);
        }
    }

    boolean contains(int port) {
        return port >= first && port <= last;
    }

    /// Repairs the whole bitmap: `ports` are held, those of `suspects` are given back.
    void repair(Iterable<Integer> ports, Iterable<Integer> suspects) throws InterruptedException {
        change(
                bits -> {
                    var out = bits;
                    for (int suspect : suspects) {
                        out = out.clearBit(suspect - first);
                    }
                    for (int port : ports) {
                        out = contains(port) ? out.setBit(port - first) : out;
                    }
                    return out;
                },
                false);
    }

    /// What the store holds at present.
    BigInteger bitmap() throws InterruptedException {
        var record = read();
        return record == null ? BigInteger.ZERO : bits(record);
    }

    boolean isTaken(BigInteger bitmap, int port) {
        return bitmap.testBit(port - first);
    }

    int first() {
        return first;
    }

    int last() {
        return last;
    }

    private void change(UnaryOperator<BigInteger> change, boolean dryRun)
            throws InterruptedException {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            var record = read();
            var before = record == null ? BigInteger.ZERO : bits(record);
            var after = change.apply(before);
            if (dryRun || (record != null && after.equals(before))) {
                return;
            }
            var value = Bytes.wrap(ProtobufCodec.write(object(after), KIND));
            var txn =
                    record == null
                            ? Txn.create(KEY, value, 0)
                            : Txn.update(KEY, record.modRevision(), value, 0);
            if (store.txn(txn).succeeded()) {
                return;
            }
        }
        throw new IllegalStateException(
                "node port allocations changed " + ATTEMPTS_MAX + " times under one change");
    }

    private @Nullable KeyValue read() throws InterruptedException {
        return store.range(RangeRequest.of(KEY)) instanceof RangeResult.Found found
                        && !found.records().isEmpty()
                ? found.records().getFirst()
                : null;
    }

    /// Another range than ours (a changed flag, a taken-over cluster) is moved to our places.
    private BigInteger bits(KeyValue record) {
        var body = record.value().array();
        var tree = ProtobufCodec.read(body, type());
        var stored = new BigInteger(1, Base64.getDecoder().decode(tree.string("data", "")));
        int dash = tree.string("range", range()).indexOf('-');
        int start = Integer.parseInt(tree.string("range", range()).substring(0, dash));
        var moved =
                start >= first ? stored.shiftLeft(start - first) : stored.shiftRight(first - start);
        return moved.and(BigInteger.ONE.shiftLeft(last - first + 1).subtract(BigInteger.ONE));
    }

    private TypeSchema type() {
        var type = schema.find(KIND);
        if (type == null) {
            throw new IllegalStateException("no schema of " + KIND);
        }
        return type;
    }

    private Tree object(BigInteger bits) {
        var raw = bits.toByteArray();
        // Go's big.Int.Bytes has no sign byte, and nothing at all for zero
        int from = raw.length > 0 && raw[0] == 0 ? 1 : 0;
        var data = Arrays.copyOfRange(raw, from, raw.length);
        return new Tree(type()).set("range", range()).set("data", data);
    }
}
