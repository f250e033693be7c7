package io.j8s.nodeagent.nftables;

import java.util.List;

/// A named set, or a map when its elements lead to something.
///
/// @param value of what an element's value is made; empty for a set
/// @param kind what its elements lead to and where they come from
/// @param typeHint what `nft` notes of the types, in hexadecimal; the kernel only keeps it
public record NftSet(String name, List<Field> key, List<Field> value, Kind kind, String typeHint) {

    /// What its elements lead to and where they come from.
    public enum Kind {
        SET,
        MAP,
        /// Its elements lead to chains.
        VERDICT_MAP,
        /// Packets add its elements, which end when their time is over.
        LEARNING_SET
    }

    public NftSet {
        key = List.copyOf(key);
        value = List.copyOf(value);
    }

    @Override
    public int hashCode() {
        return name.hashCode(); // it is a key of maps, and names tell most apart
    }

    public static NftSet set(String name, Field... key) {
        return new NftSet(name, List.of(key), List.of(), Kind.SET, "");
    }

    public static NftSet verdicts(String name, Field... key) {
        return new NftSet(name, List.of(key), List.of(), Kind.VERDICT_MAP, "");
    }

    public static NftSet learning(String name, Field... key) {
        return new NftSet(name, List.of(key), List.of(), Kind.LEARNING_SET, "");
    }
}
