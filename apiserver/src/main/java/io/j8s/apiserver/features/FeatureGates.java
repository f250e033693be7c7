package io.j8s.apiserver.features;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The gates of the target version, and the check of `--feature-gates`. Every gate stands here as
/// upstream has it by default; one that is asked to stand otherwise is refused by name, so that
/// nobody takes a setting for working that is not. Stateless.
public final class FeatureGates {

    private static final String TABLE = "/io/j8s/facts/feature-gates.tsv";
    private static final Map<String, Gate> GROUPS =
            Map.of(
                    "AllAlpha",
                    new Gate(false, "ALPHA", false),
                    "AllBeta",
                    new Gate(true, "BETA", false));

    private FeatureGates() {}

    /// How a gate stands by default, and whether upstream lets it be moved.
    private record Gate(boolean isOn, String stage, boolean isLocked) {}

    /// One gate, as upstream's metrics tell of it.
    ///
    /// @param stage e.g. `BETA`; empty for what is there for good
    public record State(String name, String stage, boolean isOn) {}

    /// Every gate, by name.
    public static List<State> states() {
        return load().entrySet().stream()
                .filter(gate -> !GROUPS.containsKey(gate.getKey()))
                .map(gate ->
                        new State(gate.getKey(), gate.getValue().stage(), gate.getValue().isOn()))
                .sorted(Comparator.comparing(State::name))
                .toList();
    }

    /// Takes `NAME=BOOL,…` and returns when every setting is how this server is.
    ///
    /// @throws IllegalArgumentException what upstream says of a wrong setting, or that this server
    ///   has no switch for it
    public static void check(String flag) {
        if (flag.isBlank()) {
            return;
        }
        var gates = load();
        for (var part : flag.split(",", -1)) {
            if (!part.isBlank()) {
                check(gates, part.strip());
            }
        }
    }

    private static void check(Map<String, Gate> gates, String setting) {
        int equals = setting.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("missing bool value for " + setting);
        }
        var name = setting.substring(0, equals).strip();
        boolean wanted = value(name, setting.substring(equals + 1).strip());
        var gate = gates.get(name);
        if (gate == null) {
            throw new IllegalArgumentException("unrecognized feature gate: " + name);
        }
        if (gate.isOn() == wanted) {
            return;
        }
        throw new IllegalArgumentException(
                gate.isLocked()
                        ? "cannot set feature gate %s to %s, feature is locked to %s"
                                .formatted(name, wanted, gate.isOn())
                        : "feature gate %s is always %s in this server: leave it out"
                                .formatted(name, gate.isOn()));
    }

    /// Go's `strconv.ParseBool`.
    private static boolean value(String name, String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "1", "t", "true" -> true;
            case "0", "f", "false" -> false;
            default ->
                    throw new IllegalArgumentException(
                            "invalid value of %s=%s, err: strconv.ParseBool: parsing \"%s\": invalid syntax"
                                    .formatted(name, text, text));
        };
    }

    private static String stage(String inTable) {
        return inTable.equals("GA") ? "" : inTable.toUpperCase(Locale.ROOT);
    }

    private static Map<String, Gate> load() {
        try (var in = FeatureGates.class.getResourceAsStream(TABLE)) {
            if (in == null) {
                throw new IllegalStateException("missing resource " + TABLE);
            }
            var out = new HashMap<>(GROUPS);
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.split("\t", -1))
                    .forEach(row ->
                            out.put(
                                    row[0],
                                    new Gate(
                                            row[1].equals("true"),
                                            stage(row[2]),
                                            !row[3].isEmpty())));
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
