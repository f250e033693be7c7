package io.j8s.nodeagent.nftables;

/// What becomes of a packet.
///
/// @param chain where it goes on; empty when it does not
public record Verdict(Kind kind, String chain) {

    /// The kernel's numbers.
    public enum Kind {
        DROP(0),
        JUMP(-3),
        GOTO(-4);

        private final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    public static final Verdict DROP = new Verdict(Kind.DROP, "");

    public static Verdict jump(String chain) {
        return new Verdict(Kind.JUMP, chain);
    }

    public static Verdict goTo(String chain) {
        return new Verdict(Kind.GOTO, chain);
    }

    void write(MessageWriter writer) {
        int data = writer.nest(2); // NFTA_DATA_VERDICT
        writer.number(1, kind.code);
        if (!chain.isEmpty()) {
            writer.text(2, chain);
        }
        writer.end(data);
    }
}
