package io.j8s.apiserver.request;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The parameters of a request's query, in the order they came. Immutable.
public final class Query {

    public static final Query EMPTY = new Query("", Map.of());

    private static final int PARAMETERS_MAX = 1000;

    private final String raw;
    private final Map<String, List<String>> values;

    private Query(String raw, Map<String, List<String>> values) {
        this.raw = raw;
        this.values = values;
    }

    /// Parses the raw text behind `?`. A pair that cannot be unescaped is left out, as Go's
    /// `url.Query` does.
    public static Query parse(String raw) {
        if (raw.isEmpty()) {
            return EMPTY;
        }
        var values = new LinkedHashMap<String, List<String>>();
        int count = 0;
        for (int start = 0; start < raw.length() && count < PARAMETERS_MAX; count++) {
            int end = raw.indexOf('&', start);
            end = end < 0 ? raw.length() : end;
            int equals = raw.indexOf('=', start);
            int nameEnd = equals < 0 || equals > end ? end : equals;
            if (end > start) {
                add(values, raw, start, nameEnd, end);
            }
            start = end + 1;
        }
        return new Query(raw, values);
    }

    private static void add(
            Map<String, List<String>> values, String raw, int start, int nameEnd, int end) {
        try {
            String name = decode(raw.substring(start, nameEnd));
            String value = nameEnd < end ? decode(raw.substring(nameEnd + 1, end)) : "";
            values.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
        } catch (IllegalArgumentException _) {
            // a broken escape: as if it was not sent
        }
    }

    private static String decode(String text) {
        return text.indexOf('%') < 0 && text.indexOf('+') < 0
                ? text
                : URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /// The text behind `?` as it came, with its escapes; empty for none.
    public String raw() {
        return raw;
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    /// The first value; empty when there is none.
    public String first(String name) {
        var all = values.get(name);
        return all == null ? "" : all.getFirst();
    }

    public List<String> all(String name) {
        var all = values.get(name);
        return all == null ? List.of() : List.copyOf(all);
    }

    /// Upstream's `Convert_Slice_string_To_bool`: everything but `false` and `0` is true, even an
    /// empty value.
    public boolean flag(String name) {
        var all = values.get(name);
        if (all == null) {
            return false;
        }
        String value = all.getFirst();
        return !value.equals("0") && !value.equalsIgnoreCase("false");
    }

    public Map<String, List<String>> asMap() {
        return Map.copyOf(values);
    }
}
