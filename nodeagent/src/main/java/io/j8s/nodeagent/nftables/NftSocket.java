package io.j8s.nodeagent.nftables;

import io.j8s.nodeagent.linux.Libc;
import io.j8s.nodeagent.linux.NetlinkSocket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Applies batches and asks what stands. Confined to one thread, which should be a platform thread:
/// the kernel keeps it while it works.
///
/// It counts its own batches, so that a change by anybody else shows in the kernel's number of the
/// ruleset's generation.
public final class NftSocket implements AutoCloseable {

    private static final int ERROR = 2; // NLMSG_ERROR, with 0 for success
    private static final int DONE = 3;
    private static final int DUMP = 0x300;
    private static final int HEADER = 16;
    private static final int FAMILY_HEADER = 4;
    private static final int ATTRIBUTE = 0x3fff; // without the flags
    private static final int MESSAGE = 0xff; // without the subsystem

    private static final int GET_TABLE = 1;
    private static final int GET_RULE = 7;
    private static final int GET_GENERATION = 16;

    /// How to open the socket: it is done again after an error.
    public interface Opener {
        NetlinkSocket open() throws IOException;
    }

    private final Opener opener;
    private @Nullable NetlinkSocket socket;
    private int generation;
    private int ownBatches;

    public NftSocket(Opener opener) {
        this.opener = opener;
    }

    /// Rules of the calling thread's network namespace.
    public static NftSocket ofHost() {
        return new NftSocket(() -> NetlinkSocket.open(NetlinkSocket.NETFILTER));
    }

    /// Makes all changes of a batch at once.
    ///
    /// @throws IOException when one was refused; then none is made
    public void apply(NftBatch batch) throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        var acknowledged = new boolean[1];
        exchange(
                batch.end(),
                (answer, type) -> {
                    acknowledged[0] |= type == ERROR;
                    return false;
                });
        if (!acknowledged[0]) {
            throw new IOException("the kernel did not acknowledge a batch of rules");
        }
        ownBatches++;
    }

    /// Whether anybody but us has changed any rule in this network namespace since the last call.
    public boolean hasForeignChanges() throws IOException {
        int expected = generation + ownBatches;
        generation =
                (int)
                        number(GET_GENERATION, 0, 0, "", 1)
                                .orElseThrow(() -> new IOException("no generation of rules"));
        ownBatches = 0;
        return generation != expected;
    }

    /// What the kernel knows a table by, as long as nobody deletes it; empty when there is none.
    public OptionalLong handle(int family, String table) throws IOException {
        try {
            return number(GET_TABLE, 0, family, table, 4);
        } catch (Libc.CallException e) {
            if (e.errno() == Libc.ENOENT) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    /// How many rules a table has.
    public int countRules(int family, String table) throws IOException {
        var count = new int[1];
        exchange(
                request(GET_RULE, DUMP, family, table),
                (answer, type) -> {
                    if (type != DONE && type != ERROR && table.equals(text(answer, 1))) {
                        count[0]++;
                    }
                    return type == DONE;
                });
        return count[0];
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }

    private ByteBuffer request(int type, int flags, int family, String table) {
        var writer = new MessageWriter();
        int message =
                writer.message(
                        NftBatch.SUBSYSTEM << 8 | type, NftBatch.REQUEST | flags, 0, family, 0);
        if (!table.isEmpty()) {
            writer.text(1, table);
        }
        writer.endMessage(message);
        return writer.written();
    }

    /// A number out of the one answer to a question.
    private OptionalLong number(int type, int flags, int family, String table, int attribute)
            throws IOException {
        var found = new OptionalLong[] {OptionalLong.empty()};
        exchange(
                request(type, flags, family, table),
                (answer, _) -> {
                    found[0] = number(answer, attribute);
                    return true;
                });
        return found[0];
    }

    /// Takes one answer at a time, behind its two headers; says whether it was the last.
    private interface Answers {
        boolean take(ByteBuffer answer, int type);
    }

    private void exchange(ByteBuffer request, Answers answers) throws IOException {
        try {
            var open = socket;
            if (open == null) {
                open = opener.open();
                socket = open;
            }
            open.send(request.duplicate());
            var datagram = open.receive();
            while (datagram.isPresent()) {
                if (read(datagram.get(), request, answers)) {
                    return;
                }
                datagram = open.receive();
            }
        } catch (IOException e) {
            // answers that were not read would be taken for those of the next request
            close();
            throw e;
        }
    }

    private static boolean read(ByteBuffer datagram, ByteBuffer request, Answers answers)
            throws IOException {
        while (datagram.remaining() >= HEADER) {
            int start = datagram.position();
            int length = datagram.getInt(start);
            int type = datagram.getShort(start + 4);
            if (type == ERROR && datagram.getInt(start + HEADER) != 0) {
                throw Libc.failure(
                        -datagram.getInt(start + HEADER),
                        described(request, datagram.getInt(start + 8)));
            }
            var body = datagram.slice(start, length).order(ByteOrder.nativeOrder());
            body.position(Math.min(length, HEADER + FAMILY_HEADER));
            if (answers.take(body, type)) {
                return true;
            }
            datagram.position(Math.min(datagram.limit(), start + padded(length)));
        }
        return false;
    }

    /// Says what was asked by the message with that number: `NEW_RULE chain`, for example.
    private static String described(ByteBuffer request, int sequence) {
        int at = request.position();
        while (at + HEADER <= request.limit()) {
            int length = request.getInt(at);
            if (request.getInt(at + 8) == sequence) {
                int type = request.getShort(at + 4) & MESSAGE;
                var body = request.slice(at, length).order(ByteOrder.nativeOrder());
                body.position(HEADER + FAMILY_HEADER);
                var table = text(body, 1);
                var second = text(body, 2);
                return "%s in table %s%s"
                        .formatted(
                                NftBatch.name(type), table, second.isEmpty() ? "" : ", " + second);
            }
            at += padded(length);
        }
        return "a batch of rules";
    }

    private static OptionalLong number(ByteBuffer message, int attribute) {
        int at = find(message, attribute).orElse(-1);
        if (at < 0) {
            return OptionalLong.empty();
        }
        var value = message.duplicate().order(ByteOrder.BIG_ENDIAN);
        boolean isLong = message.getShort(at) == 12;
        return OptionalLong.of(isLong ? value.getLong(at + 4) : value.getInt(at + 4));
    }

    private static String text(ByteBuffer message, int attribute) {
        int at = find(message, attribute).orElse(-1);
        if (at < 0) {
            return "";
        }
        var bytes = new byte[Math.max(0, message.getShort(at) - 5)]; // the end is a zero
        message.get(at + 4, bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /// Where an attribute of a message begins, from its position on.
    private static OptionalInt find(ByteBuffer message, int attribute) {
        int at = message.position();
        while (at + 4 <= message.limit()) {
            int length = Short.toUnsignedInt(message.getShort(at));
            if ((message.getShort(at + 2) & ATTRIBUTE) == attribute) {
                return OptionalInt.of(at);
            }
            if (length < 4) {
                break;
            }
            at += padded(length);
        }
        return OptionalInt.empty();
    }

    private static int padded(int length) {
        return (length + 3) & ~3;
    }
}
