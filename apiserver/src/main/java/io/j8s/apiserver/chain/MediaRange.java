package io.j8s.apiserver.chain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// One clause of an `Accept` header, or a `Content-Type`.
///
/// @param type e.g. `application`, `*`
/// @param parameters without `q`; names are lower case
public record MediaRange(
        String type, String subtype, double quality, Map<String, String> parameters) {

    private static final int CLAUSES_MAX = 64;

    public MediaRange {
        parameters = Map.copyOf(parameters);
    }

    /// The clauses of an `Accept` header, best first; clauses of equal quality stay in order.
    public static List<MediaRange> parse(String header) {
        var clauses = new ArrayList<MediaRange>(4);
        for (String text : header.split(",", CLAUSES_MAX)) {
            var clause = clause(text);
            if (!clause.type().isEmpty()) {
                clauses.add(clause);
            }
        }
        clauses.sort(Comparator.comparingDouble((MediaRange clause) -> -clause.quality()));
        return clauses;
    }

    private static MediaRange clause(String text) {
        String[] parts = text.split(";", -1);
        String[] names = parts[0].strip().toLowerCase(Locale.ROOT).split("/", 2);
        var parameters = new LinkedHashMap<String, String>();
        double quality = 1;
        for (int i = 1; i < parts.length; i++) {
            String[] pair = parts[i].strip().split("=", 2);
            String name = pair[0].strip().toLowerCase(Locale.ROOT);
            String value = pair.length > 1 ? unquote(pair[1].strip()) : "";
            if (name.equals("q")) {
                quality = quality(value);
            } else if (!name.isEmpty()) {
                parameters.put(name, value);
            }
        }
        return new MediaRange(names[0], names.length > 1 ? names[1] : "*", quality, parameters);
    }

    private static double quality(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException _) {
            return 1;
        }
    }

    private static String unquote(String text) {
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }

    public String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    boolean isAnything() {
        return type.equals("*") && subtype.equals("*");
    }

    boolean names(Format format) {
        return type.equals(format.type()) && subtype.equals(format.subtype());
    }

    public boolean admits(String otherType, String otherSubtype) {
        return (type.equals("*") || type.equals(otherType))
                && (subtype.equals("*") || subtype.equals(otherSubtype));
    }
}
