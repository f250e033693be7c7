package io.j8s.apiserver.schema;

/// In which styles libyaml may write a text. Pure.
final class YamlText {

    private final boolean plain;
    private final boolean single;
    private final boolean block;

    YamlText(String text) {
        int[] c = text.codePoints().toArray();
        int last = c.length - 1;
        boolean indicators = text.startsWith("---") || text.startsWith("...");
        boolean special = false;
        boolean breakSpace = false;
        boolean spaceBreak = false;
        boolean breaks = false;
        boolean afterBlank = true;
        for (int i = 0; i < c.length; i++) {
            boolean beforeBlank =
                    i == last || c[i + 1] == ' ' || c[i + 1] == '\t' || isBreak(c[i + 1]);
            indicators |= isIndicator(c[i], i == 0, afterBlank, beforeBlank);
            special |= !isPrintable(c[i]);
            if (i > 0) {
                breakSpace |= c[i] == ' ' && isBreak(c[i - 1]);
                spaceBreak |= c[i - 1] == ' ' && isBreak(c[i]);
            }
            breaks |= isBreak(c[i]);
            afterBlank = c[i] == ' ' || c[i] == '\t' || isBreak(c[i]);
        }
        boolean edges =
                c.length > 0
                        && (c[0] == ' ' || isBreak(c[0]) || c[last] == ' ' || isBreak(c[last]));
        boolean trailingSpace = c.length > 0 && c[last] == ' ';
        plain = !indicators && !edges && !breakSpace && !spaceBreak && !special && !breaks;
        single = !breakSpace && !spaceBreak && !special;
        block = c.length > 0 && !trailingSpace && !spaceBreak && !special;
    }

    boolean plainAllowed() {
        return plain;
    }

    boolean singleQuotedAllowed() {
        return single;
    }

    boolean blockAllowed() {
        return block;
    }

    private static boolean isIndicator(
            int c, boolean first, boolean afterBlank, boolean beforeBlank) {
        if (first) {
            return switch (c) {
                case '#',
                        ',',
                        '[',
                        ']',
                        '{',
                        '}',
                        '&',
                        '*',
                        '!',
                        '|',
                        '>',
                        '\'',
                        '"',
                        '%',
                        '@',
                        '`' ->
                        true;
                case '?', ':', '-' -> beforeBlank;
                default -> false;
            };
        }
        return (c == ':' && beforeBlank) || (c == '#' && afterBlank);
    }

    static boolean isBreak(int c) {
        return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    /// libyaml's idea of printable, which knows no tabs and nothing beyond U+FFFF.
    static boolean isPrintable(int c) {
        return c == '\n'
                || (c >= 0x20 && c <= 0x7e)
                || (c >= 0xa0 && c < 0xd800)
                || (c >= 0xe000 && c < 0xfffe && c != 0xfeff);
    }
}
