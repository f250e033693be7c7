package io.j8s.apiserver.resources.rules;

import io.j8s.apiserver.schema.FieldSchema;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.Tree;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.apiserver.schema.TypeSchema;
import io.j8s.apiserver.schema.ValueType;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.IpRules;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/// One struct of an object that is being validated, with its path: rules read fields and report
/// causes by the field's name. A name may be dotted, as in [Tree].
///
/// @param path where the struct stands, `spec.containers[0]`; empty for the whole object
public record At(Tree tree, String path, FieldErrors errors) {

    private static final Pattern PATH = Pattern.compile("[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+");

    public static final String NOT_NEGATIVE = "must be greater than or equal to 0";
    public static final String POSITIVE = "must be greater than zero";
    public static final String IMMUTABLE = "field is immutable";

    /// A whole object.
    public static At root(Tree tree, FieldErrors errors) {
        return new At(tree, "", errors);
    }

    /// The path of a field.
    public String path(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    // ---- reading

    public boolean has(String field) {
        return tree.has(field);
    }

    public @Nullable Object get(String field) {
        return tree.get(field);
    }

    public String string(String field) {
        return tree.string(field, "");
    }

    public long number(String field) {
        return tree.longValue(field, 0);
    }

    public boolean bool(String field) {
        return tree.bool(field, false);
    }

    public List<String> strings(String field) {
        return tree.strings(field);
    }

    /// The struct in a field; null when it is absent.
    public @Nullable At at(String field) {
        return tree.tree(field) instanceof Tree child ? new At(child, path(field), errors) : null;
    }

    /// The struct in a field, empty when it is absent: what is no pointer in Go is always there.
    public At struct(String field) {
        Tree child = tree.tree(field);
        if (child == null) {
            var type = Objects.requireNonNull(tree.type().field(field)).type();
            child = new Tree((TypeSchema) type);
        }
        return new At(child, path(field), errors);
    }

    /// The structs of a list, each with its index in the path.
    public List<At> each(String field) {
        var children = tree.trees(field);
        var out = new ArrayList<At>(children.size());
        for (int i = 0; i < children.size(); i++) {
            out.add(new At(children.get(i), path(field) + "[" + i + "]", errors));
        }
        return out;
    }

    /// The keys of a map in Go's order; none when it is absent.
    public List<String> keys(String field) {
        return tree.map(field) instanceof TreeMap map ? map.sortedKeys() : List.of();
    }

    // ---- reporting

    public void required(String field) {
        errors.required(path(field), "");
    }

    public void required(String field, String detail) {
        errors.required(path(field), detail);
    }

    public void invalid(String field, @Nullable Object value, String detail) {
        errors.invalid(path(field), shown(value), detail);
    }

    /// With the field's own value.
    public void invalid(String field, String detail) {
        errors.invalid(path(field), shown(tree.get(field)), detail);
    }

    /// About the struct itself.
    public void invalidSelf(String detail) {
        errors.invalid(path, shown(tree), detail);
    }

    /// The struct stands in its list a second time.
    public void duplicateSelf() {
        errors.duplicate(path, Objects.requireNonNull(shown(tree)));
    }

    /// About a field; upstream shows the whole struct.
    public void invalidShowingAll(String field, String detail) {
        errors.invalid(path(field), shown(tree), detail);
    }

    /// About the struct itself, which the message does not show.
    public void omittedSelf(String detail) {
        errors.omitted(path, detail);
    }

    private static @Nullable Object shown(@Nullable Object value) {
        return GoValue.shown(value);
    }

    /// The value as Go has it: the zero value where an absent field is no pointer.
    private @Nullable Object orZero(String field) {
        Object value = tree.get(field);
        if (value != null) {
            return value;
        }
        TypeSchema type = tree.type();
        FieldSchema schema = null;
        String at = "";
        for (String step : field.split("\\.", -1)) {
            at = at.isEmpty() ? step : at + "." + step;
            schema = type == null ? null : type.field(step);
            if (schema == null || (schema.pointer() && !tree.has(at))) {
                return null;
            }
            type = schema.type() instanceof TypeSchema inner ? inner : null;
        }
        if (schema == null) {
            return null;
        }
        return switch (schema.type().tag()) {
            case ValueType.STRING -> "";
            case ValueType.BOOL -> false;
            case ValueType.INT32, ValueType.INT64 -> 0L;
            case ValueType.STRUCT ->
                    schema.type() instanceof TypeSchema struct ? new Tree(struct) : null;
            default -> null;
        };
    }

    public void forbidden(String field, String detail) {
        errors.forbidden(path(field), detail);
    }

    public void duplicate(String field, Object value) {
        errors.duplicate(path(field), Objects.requireNonNull(shown(value)));
    }

    public void notSupported(String field, String... supported) {
        errors.notSupported(path(field), string(field), List.of(supported));
    }

    /// About one entry of a map; upstream shows the whole map.
    public void invalidMap(String field, String map, String detail) {
        errors.invalid(path(field), shown(tree.get(map)), detail);
    }

    /// A struct whose discriminator is unknown; upstream shows all of it.
    public void notSupportedStruct(String field, List<String> supported) {
        errors.notSupported(path(field), shown(tree.get(field)), supported);
    }

    /// The same struct, for causes that stand behind all others ([FieldErrors#later]).
    public At later() {
        return new At(tree, path, errors.later());
    }

    /// A struct whose discriminator is unknown; upstream reports the discriminator and shows the
    /// struct.
    public void notSupportedStruct(String field, String struct, List<String> supported) {
        errors.notSupported(path(field), shown(tree.get(struct)), supported);
    }

    /// One cause for each text about a value.
    public void all(String field, @Nullable Object value, List<String> texts) {
        texts.forEach(text -> errors.invalid(path(field), value, text));
    }

    /// One cause for each text about the field's own text.
    public void all(String field, List<String> texts) {
        all(field, string(field), texts);
    }

    // ---- rules about one field

    /// A text that must not be empty.
    ///
    /// @return whether it is there
    public boolean present(String field) {
        if (string(field).isEmpty()) {
            required(field);
            return false;
        }
        return true;
    }

    /// An enumerated text that must be there.
    public void oneOf(String field, String... supported) {
        if (present(field)) {
            optionalOneOf(field, supported);
        }
    }

    /// An enumerated text that may be absent.
    public void optionalOneOf(String field, String... supported) {
        if (has(field) && !List.of(supported).contains(string(field))) {
            notSupported(field, supported);
        }
    }

    public void nonNegative(String... fields) {
        for (String field : fields) {
            if (number(field) < 0) {
                invalid(field, number(field), NOT_NEGATIVE);
            }
        }
    }

    public void dnsLabel(String field) {
        all(field, NameRules.dns1123Label(string(field)));
    }

    public void dnsSubdomain(String field) {
        all(field, NameRules.dns1123Subdomain(string(field)));
    }

    public void qualifiedName(String field) {
        all(field, NameRules.qualifiedName(string(field)));
    }

    /// Upstream's `IsDomainPrefixedPath`.
    public void domainPrefixedPath(String field) {
        String value = string(field);
        if (value.isEmpty()) {
            required(field);
            return;
        }
        int slash = value.indexOf('/');
        if (slash < 0 || slash == 0 || slash == value.length() - 1) {
            invalid(field, value, "must be a domain-prefixed path (such as \"acme.io/foo\")");
            return;
        }
        String host = value.substring(0, slash);
        List<String> texts = NameRules.dns1123Subdomain(host);
        all(field, host, texts);
        String path = value.substring(slash + 1);
        if (!PATH.matcher(path).matches()) {
            invalid(field, path, NameRules.explain("Invalid path", PATH.pattern()));
        }
    }

    /// An address of an old API field, newly written.
    public void address(String field) {
        all(field, IpRules.legacyAddress(string(field), true));
    }

    public void port(String field) {
        all(field, number(field), NameRules.portNumber(clamp(number(field))));
    }

    /// An int-or-string that is a port's number or name.
    public void portNumberOrName(String field) {
        Object value = get(field);
        if (value instanceof String name) {
            all(field, name, NameRules.portName(name));
        } else {
            long number = value instanceof Num num ? num.longValue() : 0;
            all(field, number, NameRules.portNumber(clamp(number)));
        }
    }

    private static int clamp(long number) {
        return Math.clamp(number, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /// Upstream's `ValidateLabels`.
    public void labels(String field) {
        tree.stringMap(field)
                .forEach((key, value) -> {
                    all(field, key, NameRules.qualifiedName(key));
                    all(field, value, NameRules.labelValue(value));
                });
    }

    /// Upstream's `ValidateAnnotations`.
    public void annotations(String field) {
        Map<String, String> annotations = tree.stringMap(field);
        long bytes = 0;
        for (var entry : annotations.entrySet()) {
            String key = entry.getKey();
            all(field, key, NameRules.qualifiedName(key.toLowerCase(java.util.Locale.ROOT)));
            bytes += NameRules.utf8Length(key) + NameRules.utf8Length(entry.getValue());
        }
        if (bytes > NameRules.ANNOTATIONS_BYTES_MAX) {
            errors.tooLong(path(field), NameRules.ANNOTATIONS_BYTES_MAX);
        }
    }

    /// Upstream's `ValidateImmutableField`.
    public void immutable(String field, Tree old) {
        if (!tree.semanticallyEquals(old, field)) {
            errors.invalid(path(field), shown(orZero(field)), IMMUTABLE);
        }
    }

    /// Upstream's declared `immutable`, whose message does not show the value.
    public void unchanged(String field, Tree old) {
        if (!tree.semanticallyEquals(old, field)) {
            errors.invalid(path(field), null, IMMUTABLE);
        }
    }

    /// A count or a percentage that is not negative (upstream: `ValidatePositiveIntOrPercent`).
    ///
    /// @return whether it is one
    public boolean countOrPercent(String field) {
        Object value = get(field);
        int before = errors.list().size();
        if (value instanceof String text) {
            all(field, text, NameRules.percent(text));
        } else if (value instanceof Num number && number.longValue() < 0) {
            invalid(field, number.longValue(), NOT_NEGATIVE);
        }
        return errors.list().size() == before;
    }

    /// Upstream's `IsNotMoreThan100Percent`.
    public void atMostAll(String field) {
        if (get(field) instanceof String text && percent(text) > 100) {
            invalid(field, text, "must not be greater than 100%");
        }
    }

    /// The number of a percentage or a plain number; 0 for anything else.
    public long countOrPercentValue(String field) {
        return switch (get(field)) {
            case String text -> Math.max(percent(text), plain(text));
            case Num number -> number.longValue();
            case null, default -> 0;
        };
    }

    /// As Go's `IntValue`: text that is no number is 0.
    private static long plain(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    private static long percent(String text) {
        if (!NameRules.percent(text).isEmpty() || text.length() > 10) {
            return -1;
        }
        return Long.parseLong(text, 0, text.length() - 1, 10);
    }
}
