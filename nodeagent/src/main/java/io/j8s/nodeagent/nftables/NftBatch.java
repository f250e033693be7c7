package io.j8s.nodeagent.nftables;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/// Changes to one table that take effect at once: no packet sees only some of them, and when one is
/// refused none is made. Confined to one thread.
public final class NftBatch {

    /// Where the kernel hands packets to a chain.
    ///
    /// @param type `filter` or `nat`
    public record Hook(String type, Place place, int priority) {}

    /// The kernel's numbers.
    public enum Place {
        PREROUTING(0),
        INPUT(1),
        FORWARD(2),
        OUTPUT(3),
        POSTROUTING(4);

        private final int number;

        Place(int number) {
            this.number = number;
        }
    }

    static final int SUBSYSTEM = 10; // NFNL_SUBSYS_NFTABLES
    private static final int BATCH_BEGIN = 0x10;
    private static final int BATCH_END = 0x11;
    static final int REQUEST = 1;
    private static final int ACKNOWLEDGE = 4;
    private static final int CREATE = 0x400;
    private static final int APPEND = 0x800;
    private static final int ACCEPT = 1;
    private static final int ELEMENTS_MAX = 32 * 1024; // bytes; an attribute ends at 64 KiB
    private static final int LEARNED_MAX = 1 << 20; // elements of a learning set

    private static final int MAP = 8;
    private static final int TIMEOUT = 0x10;
    private static final int FROM_PACKETS = 0x20;
    private static final int VERDICT_TYPE = 0xffffff00;

    /// Messages by their numbers; a name is what [NftSocket] tells of one that was refused.
    enum Message {
        NEW_TABLE(0),
        DELETE_TABLE(2),
        NEW_CHAIN(3),
        DELETE_CHAIN(5),
        NEW_RULE(6),
        DELETE_RULE(8),
        NEW_SET(9),
        DELETE_SET(11),
        NEW_ELEMENT(12),
        DELETE_ELEMENT(14);

        private final int number;

        Message(int number) {
            this.number = number;
        }

        int type() {
            return SUBSYSTEM << 8 | number;
        }
    }

    /// How a message is called in errors.
    static String name(int number) {
        for (var message : Message.values()) {
            if (message.number == number) {
                return message.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            }
        }
        return "a question";
    }

    private final int family;
    private final String table;
    private final MessageWriter writer = new MessageWriter();
    private int sequence;
    private int last; // where the last message begins

    /// @param family the number of the table's family
    public NftBatch(int family, String table) {
        this.family = family;
        this.table = table;
        writer.endMessage(writer.message(BATCH_BEGIN, REQUEST, sequence++, 0, SUBSYSTEM));
    }

    public boolean isEmpty() {
        return sequence == 1;
    }

    /// Makes the table, empty whether or not it was there.
    public void replaceTable() {
        table(Message.NEW_TABLE, CREATE);
        table(Message.DELETE_TABLE, 0);
        table(Message.NEW_TABLE, CREATE);
    }

    private void table(Message type, int flags) {
        int message = begin(type, flags);
        writer.text(1, table);
        writer.endMessage(message);
    }

    public void addSet(NftSet set) {
        int message = begin(Message.NEW_SET, CREATE);
        writer.text(1, table);
        writer.text(2, set.name());
        writer.number(
                3,
                switch (set.kind()) {
                    case SET -> 0;
                    case MAP, VERDICT_MAP -> MAP;
                    case LEARNING_SET -> TIMEOUT | FROM_PACKETS;
                });
        writer.number(4, Field.type(set.key()));
        writer.number(5, Field.bytes(set.key()));
        switch (set.kind()) {
            case SET -> {}
            case VERDICT_MAP -> writer.number(6, VERDICT_TYPE);
            case MAP -> {
                writer.number(6, Field.type(set.value()));
                writer.number(7, Field.bytes(set.value()));
            }
            case LEARNING_SET -> {
                int description = writer.nest(9);
                writer.number(1, LEARNED_MAX);
                writer.end(description);
            }
        }
        writer.number(10, sequence); // an id within the batch; we go by names
        if (!set.typeHint().isEmpty()) {
            writer.bytes(13, HexFormat.of().parseHex(set.typeHint()));
        }
        writer.endMessage(message);
    }

    public void deleteSet(NftSet set) {
        named(Message.DELETE_SET, 0, 2, set.name());
    }

    public void addChain(String name) {
        named(Message.NEW_CHAIN, CREATE, 3, name);
    }

    public void addChain(String name, Hook hook) {
        int message = begin(Message.NEW_CHAIN, CREATE);
        writer.text(1, table);
        writer.text(3, name);
        int place = writer.nest(4);
        writer.number(1, hook.place().number);
        writer.number(2, hook.priority());
        writer.end(place);
        writer.number(5, ACCEPT);
        writer.text(7, hook.type());
        writer.endMessage(message);
    }

    public void deleteChain(String name) {
        named(Message.DELETE_CHAIN, 0, 3, name);
    }

    public void flushChain(String name) {
        named(Message.DELETE_RULE, 0, 2, name);
    }

    private void named(Message type, int flags, int attribute, String name) {
        int message = begin(type, flags);
        writer.text(1, table);
        writer.text(attribute, name);
        writer.endMessage(message);
    }

    public void addRule(String chain, List<Expression> expressions) {
        int message = begin(Message.NEW_RULE, CREATE | APPEND);
        writer.text(1, table);
        writer.text(2, chain);
        int all = writer.nest(4);
        expressions.forEach(expression -> expression.write(writer));
        writer.end(all);
        writer.endMessage(message);
    }

    /// @param elements by key; the value is a chain's name for a verdict map, and empty for a set
    public void addElements(NftSet set, Map<String, String> elements) {
        elements(
                Message.NEW_ELEMENT,
                CREATE,
                set,
                elements.keySet(),
                key -> value(set, Objects.requireNonNull(elements.get(key))));
    }

    public void deleteElements(NftSet set, Collection<String> keys) {
        elements(Message.DELETE_ELEMENT, 0, set, keys, _ -> {});
    }

    private interface ValueWriter {
        void write(String key);
    }

    private void elements(
            Message type, int flags, NftSet set, Collection<String> keys, ValueWriter values) {
        var left = keys.iterator();
        while (left.hasNext()) {
            int message = begin(type, flags);
            writer.text(1, table);
            writer.text(2, set.name());
            int all = writer.nest(3);
            int start = writer.length();
            while (left.hasNext() && writer.length() - start < ELEMENTS_MAX) {
                var key = left.next();
                int element = writer.nest(1);
                writer.value(1, Field.encode(set.key(), key));
                values.write(key);
                writer.end(element);
            }
            writer.end(all);
            writer.endMessage(message);
        }
    }

    private void value(NftSet set, String value) {
        switch (set.kind()) {
            case SET, LEARNING_SET -> {}
            case MAP -> writer.value(2, Field.encode(set.value(), value));
            case VERDICT_MAP -> {
                int data = writer.nest(2);
                Verdict.goTo(value).write(writer);
                writer.end(data);
            }
        }
    }

    private int begin(Message type, int flags) {
        last = writer.message(type.type(), REQUEST | flags, sequence++, family, 0);
        return last;
    }

    /// Ends the batch. Its last change is to be acknowledged: older kernels do not answer its end.
    ByteBuffer end() {
        writer.addFlags(last, ACKNOWLEDGE);
        writer.endMessage(writer.message(BATCH_END, REQUEST, sequence++, 0, SUBSYSTEM));
        return writer.written();
    }
}
