package io.j8s.apiserver.schema;

/// go-yaml's order of keys: numbers inside of text by value, letters after everything else. Pure.
final class YamlKeys {

    private YamlKeys() {}

    /// Sorts by merging: the order is not transitive (`a1b`, `a2`, `a10`), for which the JDK's sort
    /// throws.
    static void sort(String[] keys) {
        var from = new int[keys.length][];
        for (int i = 0; i < keys.length; i++) {
            from[i] = keys[i].codePoints().toArray();
        }
        var to = new int[keys.length][];
        for (int width = 1; width < keys.length; width *= 2) {
            for (int low = 0; low < keys.length; low += 2 * width) {
                int middle = Math.min(low + width, keys.length);
                merge(from, to, low, middle, Math.min(low + 2 * width, keys.length));
            }
            var spare = from;
            from = to;
            to = spare;
        }
        for (int i = 0; i < keys.length; i++) {
            keys[i] = new String(from[i], 0, from[i].length);
        }
    }

    private static void merge(int[][] from, int[][] to, int low, int middle, int high) {
        int left = low;
        int right = middle;
        for (int i = low; i < high; i++) {
            boolean takeRight = left == middle || (right < high && isLess(from[right], from[left]));
            to[i] = takeRight ? from[right++] : from[left++];
        }
    }

    private static boolean isLess(int[] a, int[] b) {
        for (int i = 0; i < a.length && i < b.length; i++) {
            if (a[i] == b[i]) {
                continue;
            }
            boolean letterA = Character.isLetter(a[i]);
            boolean letterB = Character.isLetter(b[i]);
            if (letterA && letterB) {
                return a[i] < b[i];
            }
            if (letterA || letterB) {
                return letterB;
            }
            return isLessFrom(a, b, i);
        }
        return a.length < b.length;
    }

    /// At the first difference, neither side a letter: compare the numbers that start here.
    private static boolean isLessFrom(int[] a, int[] b, int i) {
        long numberA = 0;
        long numberB = 0;
        if (a[i] == '0' || b[i] == '0') {
            for (int j = i - 1; j >= 0 && Character.isDigit(a[j]); j--) {
                if (a[j] != '0') { // zeros inside of a number count
                    numberA = 1;
                    numberB = 1;
                    break;
                }
            }
        }
        int endA = i;
        while (endA < a.length && Character.isDigit(a[endA])) {
            numberA = numberA * 10 + a[endA++] - '0';
        }
        int endB = i;
        while (endB < b.length && Character.isDigit(b[endB])) {
            numberB = numberB * 10 + b[endB++] - '0';
        }
        if (numberA != numberB) {
            return numberA < numberB;
        }
        return endA != endB ? endA < endB : a[i] < b[i];
    }
}
