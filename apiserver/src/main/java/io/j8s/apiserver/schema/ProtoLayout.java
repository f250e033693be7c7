package io.j8s.apiserver.schema;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// How the fields of a struct lie in its protobuf message: ascending numbers, each a field of the
/// flat tree or, for a struct inlined in JSON, a nested message over the same tree. Immutable.
final class ProtoLayout {

    static final ProtoLayout NONE = new ProtoLayout(List.of());

    /// Entries in ascending order of their numbers.
    final Entry[] entries;

    private final @Nullable Entry[] byNumber;

    /// @param index the field's index in the flat tree; -1 for a nested message
    record Entry(int number, int index, @Nullable ProtoLayout nested) {}

    ProtoLayout(List<Entry> unsorted) {
        var sorted = new ArrayList<>(unsorted);
        sorted.sort(Comparator.comparingInt(Entry::number));
        entries = sorted.toArray(Entry[]::new);
        int highest = sorted.isEmpty() ? 0 : sorted.getLast().number();
        byNumber = new Entry[Math.min(highest, 10_000) + 1];
        for (var entry : entries) {
            if (entry.number() < byNumber.length) {
                byNumber[entry.number()] = entry;
            }
        }
    }

    @Nullable Entry find(int number) {
        if (number < byNumber.length) {
            return byNumber[number];
        }
        for (var entry : entries) {
            if (entry.number() == number) {
                return entry;
            }
        }
        return null;
    }

    /// The same layout with every index moved up: for a message nested in another.
    ProtoLayout shifted(int by) {
        var moved = new ArrayList<Entry>(entries.length);
        for (var entry : entries) {
            var nested = entry.nested();
            moved.add(
                    nested == null
                            ? new Entry(entry.number(), entry.index() + by, null)
                            : new Entry(entry.number(), -1, nested.shifted(by)));
        }
        return new ProtoLayout(moved);
    }
}
