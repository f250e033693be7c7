package io.j8s.controllers.workload;

import org.jspecify.annotations.Nullable;

import tools.jackson.databind.JsonNode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// Prints a pod template as Go's spew package prints upstream's struct (`%#v` with types): that
/// text is what upstream hashes into `pod-template-hash`, so replica sets of a cluster keep their
/// names when it changes hands. The order and types of the fields stand in
/// `pod-template-types.tsv`, which `src/gen/podtemplate` writes from the published Go types.
///
/// `{"metadata":{"labels":{"a":"b"}},…}` becomes
/// `(v1.PodTemplateSpec){ObjectMeta:(v1.ObjectMeta){Name:(string) …
/// Labels:(map[string]string)map[a:b] …`.
final class GoDump {

    private static final String NIL = "<nil>";
    private static final Map<String, List<Field>> TYPES = readTypes();

    /// @param json the member's name; `-` when its members stand in the parent
    private record Field(String name, String json, String type, String kind) {}

    private final StringBuilder out = new StringBuilder(8192);

    private GoDump() {}

    static String podTemplate(JsonNode template) {
        var dump = new GoDump();
        dump.value("v1.PodTemplateSpec", "struct", template, true);
        return dump.out.toString();
    }

    private void value(String type, String kind, @Nullable JsonNode node, boolean withType) {
        if (withType) {
            out.append('(').append(type).append(')');
        }
        boolean absent = node == null || node.isNull() || node.isMissingNode();
        if (kind.startsWith("*")) {
            if (absent) {
                out.append(NIL);
            } else {
                value(type.substring(1), kind.substring(1), node, false);
            }
        } else if (kind.startsWith("[]")) {
            list(elementType(type), kind.substring(2), absent ? null : node);
        } else if (kind.startsWith("map ")) {
            map(kind.substring(kind.indexOf(' ', 4) + 1), absent ? null : node);
        } else if (kind.equals("struct")) {
            struct(type, absent ? null : node);
        } else if (kind.equals("bool")) {
            out.append(!absent && node != null && node.asBoolean());
        } else if (kind.equals("string")) {
            out.append(absent || node == null ? "" : node.asString());
        } else {
            out.append(absent || node == null ? "0" : node.asString());
        }
    }

    private static String elementType(String type) {
        return type.startsWith("[]") ? type.substring(2) : type;
    }

    /// An empty list is nil in Go after its way through protobuf.
    private void list(String type, String kind, @Nullable JsonNode node) {
        if (node == null || node.isEmpty()) {
            out.append(NIL);
            return;
        }
        out.append('[');
        boolean first = true;
        for (var element : node) {
            if (!first) {
                out.append(' ');
            }
            first = false;
            value(type, kind, element, false);
        }
        out.append(']');
    }

    private void map(String kind, @Nullable JsonNode node) {
        if (node == null || node.isEmpty()) {
            out.append(NIL);
            return;
        }
        var sorted = new TreeMap<String, JsonNode>();
        node.properties().forEach(member -> sorted.put(member.getKey(), member.getValue()));
        out.append("map[");
        boolean first = true;
        for (var member : sorted.entrySet()) {
            if (!first) {
                out.append(' ');
            }
            first = false;
            out.append(member.getKey()).append(':');
            // the only map of structs is a resource list
            value("resource.Quantity", kind, member.getValue(), false);
        }
        out.append(']');
    }

    private void struct(String type, @Nullable JsonNode node) {
        switch (type) {
            case "v1.Time" ->
                    out.append(
                            "{Time:(time.Time){wall:(uint64)0 ext:(int64)0"
                                    + " loc:(*time.Location)<nil>}}");
            case "resource.Quantity" -> quantity(node == null ? "" : node.asString());
            case "intstr.IntOrString" -> intOrString(node);
            default -> fields(type, node);
        }
    }

    private void fields(String type, @Nullable JsonNode node) {
        out.append('{');
        boolean first = true;
        for (var field : Objects.requireNonNull(TYPES.get(type), type)) {
            if (!first) {
                out.append(' ');
            }
            first = false;
            out.append(field.name).append(':');
            var member = field.json.equals("-") ? node : node == null ? null : node.get(field.json);
            value(field.type, field.kind, member, true);
        }
        out.append('}');
    }

    private void intOrString(@Nullable JsonNode node) {
        boolean isText = node != null && node.isString();
        out.append("{Type:(intstr.Type)").append(isText ? 1 : 0);
        out.append(" IntVal:(int32)").append(node == null || isText ? 0 : node.asInt());
        out.append(" StrVal:(string)").append(isText && node != null ? node.asString() : "");
        out.append('}');
    }

    /// Upstream's `ParseQuantity` on a canonical text, including whether it keeps the text.
    private void quantity(String text) {
        if (text.isEmpty()) {
            amount(0, 0, "", "");
            return;
        }
        if (text.equals("0")) {
            amount(0, 0, "0", "DecimalSI");
            return;
        }
        int from = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        int to = from;
        while (to < text.length() && Character.isDigit(text.charAt(to))) {
            to++;
        }
        var digits = text.substring(from, to);
        var suffix = text.substring(to);
        var number = new BigInteger((text.startsWith("-") ? "-" : "") + digits);
        int power = "KMGTPE".indexOf(suffix.isEmpty() ? '?' : suffix.charAt(0)) + 1;
        if (suffix.endsWith("i") && power > 0) {
            binary(text, digits, number, power * 10);
        } else {
            decimal(text, digits, number, suffix);
        }
    }

    private void binary(String text, String digits, BigInteger number, int exponent) {
        var value = number.shiftLeft(exponent);
        int precision = 15 - digits.length() - exponent * 3 / 10 - 1;
        if (precision >= 0) {
            boolean keeps = (number.abs().longValue() & 7) != 0;
            amount(value.longValueExact(), 0, keeps ? text : "", "BinarySI");
        } else {
            big(value, "BinarySI");
        }
    }

    private void decimal(String text, String digits, BigInteger number, String suffix) {
        boolean isExponent =
                suffix.length() > 1 && (suffix.startsWith("e") || suffix.startsWith("E"));
        int exponent =
                isExponent
                        ? Integer.parseInt(suffix.substring(1))
                        : suffix.isEmpty() ? 0 : ("num kMGTPE".indexOf(suffix) - 3) * 3;
        var format = isExponent ? "DecimalExponent" : "DecimalSI";
        if (18 - digits.length() >= 0 && exponent >= -9) {
            boolean keeps = exponent % 3 == 0 && !digits.endsWith("000") && digits.charAt(0) != '0';
            amount(number.longValueExact(), exponent, keeps ? text : "", format);
        } else {
            big(number.multiply(BigInteger.TEN.pow(Math.max(0, exponent))), format);
        }
    }

    private void amount(long value, int scale, String kept, String format) {
        out.append("{i:(resource.int64Amount){value:(int64)").append(value);
        out.append(" scale:(resource.Scale)").append(scale);
        out.append("} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)").append(kept);
        out.append(" Format:(resource.Format)").append(format).append('}');
    }

    /// Too large for the fast path: upstream keeps it as a decimal of nine places.
    private void big(BigInteger value, String format) {
        out.append("{i:(resource.int64Amount){value:(int64)0 scale:(resource.Scale)0}");
        out.append(" d:(resource.infDecAmount){Dec:(*inf.Dec){unscaled:(big.Int){neg:(bool)");
        out.append(value.signum() < 0).append(" abs:(big.nat)[");
        var rest = value.abs().multiply(BigInteger.TEN.pow(9));
        var words = new ArrayList<String>();
        while (rest.signum() > 0) {
            words.add(Long.toUnsignedString(rest.longValue()));
            rest = rest.shiftRight(64);
        }
        out.append(String.join(" ", words)).append("]} scale:(inf.Scale)9}} s:(string)");
        out.append(" Format:(resource.Format)").append(format).append('}');
    }

    private static Map<String, List<Field>> readTypes() {
        var types = new HashMap<String, List<Field>>();
        try (var in = GoDump.class.getResourceAsStream("pod-template-types.tsv");
                var lines =
                        new BufferedReader(
                                new InputStreamReader(
                                        Objects.requireNonNull(in), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var columns = line.split("\t", -1);
                types.computeIfAbsent(columns[0], _ -> new ArrayList<>())
                        .add(new Field(columns[1], columns[2], columns[3], columns[4]));
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return types;
    }
}
