package io.j8s.apiserver.discovery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The clauses of an `Accept` header, best first.
record AcceptedTypes(List<Clause> clauses) {

    private static final int CLAUSES_MAX = 64;

    /// @param type e.g. `application/json`, `*/*`; lower case
    /// @param parameters without `q`
    record Clause(String type, double quality, Map<String, String> parameters) {

        boolean admits(String mediaType) {
            return type.equals(mediaType)
                    || type.equals("*/*")
                    || (type.endsWith("/*")
                            && mediaType.startsWith(type.substring(0, type.length() - 1)));
        }

        /// The aggregated discovery version that the clause asks for; empty for none.
        String discoveryVersion() {
            return "apidiscovery.k8s.io".equals(parameters.get("g"))
                            && "APIGroupDiscoveryList".equals(parameters.get("as"))
                    ? parameters.getOrDefault("v", "")
                    : "";
        }

        /// Whether it asks for a converted object, which only some documents can be.
        boolean isConversion() {
            return parameters.containsKey("as");
        }
    }

    AcceptedTypes {
        clauses = List.copyOf(clauses);
    }

    /// No header means anything.
    static AcceptedTypes parse(String header) {
        if (header.isBlank()) {
            return new AcceptedTypes(List.of(new Clause("*/*", 1, Map.of())));
        }
        var clauses = new ArrayList<Clause>();
        for (String text : header.split(",", CLAUSES_MAX)) {
            clauses.add(clause(text));
        }
        clauses.sort(Comparator.comparingDouble((Clause c) -> -c.quality));
        return new AcceptedTypes(clauses);
    }

    private static Clause clause(String text) {
        String[] parts = text.split(";", -1);
        var parameters = new LinkedHashMap<String, String>();
        double quality = 1;
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals < 0) {
                continue;
            }
            String name = parts[i].substring(0, equals).strip().toLowerCase(Locale.ROOT);
            String value = parts[i].substring(equals + 1).strip().replace("\"", "");
            if (name.equals("q")) {
                quality = quality(value);
            } else {
                parameters.put(name, value);
            }
        }
        return new Clause(
                parts[0].strip().toLowerCase(Locale.ROOT), quality, Map.copyOf(parameters));
    }

    private static double quality(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException _) {
            return 1;
        }
    }
}
