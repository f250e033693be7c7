package io.j8s.machinery.names;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Decides whether a text may be a name of some sort. Each function answers with the explanations
/// of what is wrong, none when the text is fine; callers put them behind a field path. The texts
/// are upstream's, byte for byte.
public final class NameRules {

    public static final int SUBDOMAIN_LENGTH_MAX = 253;
    public static final int LABEL_LENGTH_MAX = 63;
    public static final int ANNOTATIONS_BYTES_MAX = 256 * 1024;

    private static final String LABEL_1123 = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String LABEL_1123_TEXT =
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-',"
                    + " and must start and end with an alphanumeric character";
    private static final String SUBDOMAIN = LABEL_1123 + "(\\." + LABEL_1123 + ")*";
    private static final String SUBDOMAIN_TEXT =
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-'"
                    + " or '.', and must start and end with an alphanumeric character";
    private static final String SUBDOMAIN_ERROR = explain(SUBDOMAIN_TEXT, SUBDOMAIN, "example.com");
    private static final String UNDERSCORE_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
    private static final String UNDERSCORE_SUBDOMAIN_ERROR =
            explain(
                    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric"
                            + " characters, '_', '-' or '.', and must start and end with an"
                            + " alphanumeric character",
                    UNDERSCORE_LABEL + "(\\." + UNDERSCORE_LABEL + ")*",
                    "example.com");
    private static final String LABEL_1123_ERROR =
            explain(LABEL_1123_TEXT, LABEL_1123, "my-name", "123-abc");
    private static final String LABEL_1035_ERROR =
            explain(
                    "a DNS-1035 label must consist of lower case alphanumeric characters or '-',"
                            + " start with an alphabetic character, and end with an alphanumeric"
                            + " character",
                    "[a-z]([-a-z0-9]*[a-z0-9])?",
                    "my-name",
                    "abc-123");
    private static final String WILDCARD_ERROR =
            explain(
                    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS"
                            + " subdomain, which must consist of lower case alphanumeric"
                            + " characters, '-' or '.' and end with an alphanumeric character",
                    "\\*\\." + SUBDOMAIN,
                    "*.example.com");
    private static final String QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private static final String QUALIFIED_TEXT =
            "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with"
                    + " an alphanumeric character";
    private static final String QUALIFIED_ERROR =
            explain(QUALIFIED_TEXT, QUALIFIED, "MyName", "my.name", "123-abc");
    private static final String LABEL_VALUE_ERROR =
            explain(
                    "a valid label must be an empty string or consist of alphanumeric characters,"
                            + " '-', '_' or '.', and must start and end with an alphanumeric"
                            + " character",
                    "(" + QUALIFIED + ")?",
                    "MyValue",
                    "my_value",
                    "12345");
    private static final String C_IDENTIFIER_ERROR =
            explain(
                    "a valid C identifier must start with alphabetic character or '_', followed by"
                            + " a string of alphanumeric characters or '_'",
                    "[A-Za-z_][A-Za-z0-9_]*",
                    "my_name",
                    "MY_NAME",
                    "MyName");
    private static final String ENV_NAME_ERROR =
            explain(
                    "a valid environment variable name must consist of alphabetic characters,"
                            + " digits, '_', '-', or '.', and must not start with a digit",
                    "[-._a-zA-Z][-._a-zA-Z0-9]*",
                    "my.env-name",
                    "MY_ENV.NAME",
                    "MyEnvName1");
    private static final String CONFIG_KEY_ERROR =
            explain(
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                    "[-._a-zA-Z0-9]+",
                    "key.name",
                    "KEY_NAME",
                    "key-name");
    private static final String HEADER_ERROR =
            explain(
                    "a valid HTTP header must consist of alphanumeric characters or '-'",
                    "[-A-Za-z0-9]+",
                    "X-Header-Name");
    private static final String PERCENT_ERROR =
            explain(
                    "a valid percent string must be a numeric string followed by an ending '%'",
                    "[0-9]+%", "1%", "93%");

    private NameRules() {}

    /// Most objects' names: `a-b.example.com`.
    public static List<String> dns1123Subdomain(String value) {
        boolean fits = isSubdomain(value);
        if (fits && value.length() <= SUBDOMAIN_LENGTH_MAX) {
            return List.of();
        }
        return lengthThen(value, SUBDOMAIN_LENGTH_MAX, fits, SUBDOMAIN_ERROR);
    }

    /// As [#dns1123Subdomain], but labels may begin with and contain `_` (pod subdomains of search
    /// paths).
    public static List<String> dns1123SubdomainWithUnderscore(String value) {
        boolean fits = value.matches(UNDERSCORE_LABEL + "(\\." + UNDERSCORE_LABEL + ")*");
        return lengthThen(value, SUBDOMAIN_LENGTH_MAX, fits, UNDERSCORE_SUBDOMAIN_ERROR);
    }

    /// Names of namespaces, containers, services that accept digits first: `my-name`.
    public static List<String> dns1123Label(String value) {
        boolean fits = isLabel(value, 0, value.length());
        if (fits && value.length() <= LABEL_LENGTH_MAX) {
            return List.of();
        }
        var errors = new ArrayList<String>();
        if (utf8Length(value) > LABEL_LENGTH_MAX) {
            errors.add(maxLength(LABEL_LENGTH_MAX));
        }
        if (!fits) {
            // upstream: a dotted name that is a subdomain gets the short explanation
            errors.add(isSubdomain(value) ? "must not contain dots" : LABEL_1123_ERROR);
        }
        return errors;
    }

    /// Names of services: a label that begins with a letter.
    public static List<String> dns1035Label(String value) {
        boolean fits = isLabel(value, 0, value.length()) && value.charAt(0) >= 'a';
        return lengthThen(value, LABEL_LENGTH_MAX, fits, LABEL_1035_ERROR);
    }

    /// Hosts of ingresses: `*.example.com`.
    public static List<String> wildcardDns1123Subdomain(String value) {
        boolean fits = value.startsWith("*.") && isSubdomain(value.substring(2));
        return lengthThen(value, SUBDOMAIN_LENGTH_MAX, fits, WILDCARD_ERROR);
    }

    /// Keys of labels and annotations, names of taints and resources: `example.com/MyName`.
    public static List<String> qualifiedName(String value) {
        return prefixedName(value);
    }

    /// As [#qualifiedName], with the explanation that names a label key (upstream:
    /// `content.IsLabelKey`).
    public static List<String> labelKey(String value) {
        return prefixedName(value);
    }

    /// Values of labels.
    public static List<String> labelValue(String value) {
        boolean fits = value.isEmpty() || isQualifiedPart(value);
        if (fits && value.length() <= LABEL_LENGTH_MAX) {
            return List.of();
        }
        var errors = new ArrayList<String>();
        if (utf8Length(value) > LABEL_LENGTH_MAX) {
            errors.add(maxBytes(LABEL_LENGTH_MAX));
        }
        if (!fits) {
            errors.add(LABEL_VALUE_ERROR);
        }
        return errors;
    }

    public static List<String> cIdentifier(String value) {
        return value.matches("[A-Za-z_][A-Za-z0-9_]*") ? List.of() : List.of(C_IDENTIFIER_ERROR);
    }

    /// Names of environment variables as they were checked before relaxed names were allowed.
    public static List<String> envVarName(String value) {
        var errors = new ArrayList<String>();
        if (!value.matches("[-._a-zA-Z][-._a-zA-Z0-9]*")) {
            errors.add(ENV_NAME_ERROR);
        }
        errors.addAll(directoryEscapes(value));
        return errors;
    }

    /// Names of environment variables: any printable ASCII text without `=`.
    public static List<String> relaxedEnvVarName(String value) {
        if (value.isEmpty()) {
            return List.of("environment variable name must be non-empty");
        }
        boolean fits = value.chars().allMatch(c -> c >= ' ' && c <= '~' && c != '=');
        return fits
                ? List.of()
                : List.of(
                        "a valid environment variable name must consist only of printable ASCII"
                                + " characters other than '='");
    }

    /// Keys of ConfigMaps and Secrets: they become file names.
    public static List<String> configMapKey(String value) {
        var errors = new ArrayList<String>();
        if (utf8Length(value) > SUBDOMAIN_LENGTH_MAX) {
            errors.add(maxLength(SUBDOMAIN_LENGTH_MAX));
        }
        boolean fits =
                !value.isEmpty()
                        && value.chars()
                                .allMatch(
                                        c -> isAlphanumeric(c) || c == '-' || c == '_' || c == '.');
        if (!fits) {
            errors.add(CONFIG_KEY_ERROR);
        }
        errors.addAll(directoryEscapes(value));
        return errors;
    }

    public static List<String> httpHeaderName(String value) {
        return value.matches("[-A-Za-z0-9]+") ? List.of() : List.of(HEADER_ERROR);
    }

    /// `25%`.
    public static List<String> percent(String value) {
        return value.matches("[0-9]+%") ? List.of() : List.of(PERCENT_ERROR);
    }

    public static List<String> portNumber(int port) {
        return inRange(port, 1, 65535, "must be between 1 and 65535, inclusive");
    }

    public static List<String> inRange(int value, int min, int max) {
        return inRange(value, min, max, "must be between " + min + " and " + max + ", inclusive");
    }

    public static List<String> userId(long id) {
        return id >= 0 && id <= Integer.MAX_VALUE
                ? List.of()
                : List.of("must be between 0 and 2147483647, inclusive");
    }

    public static List<String> groupId(long id) {
        return userId(id);
    }

    /// Names of container ports (IANA service names): at most 15 characters, one letter at least.
    public static List<String> portName(String port) {
        var errors = new ArrayList<String>();
        if (utf8Length(port) > 15) {
            errors.add(maxLength(15));
        }
        if (port.isEmpty() || !port.chars().allMatch(c -> isLowerAlphanumeric(c) || c == '-')) {
            errors.add("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
        }
        if (port.chars().noneMatch(c -> c >= 'a' && c <= 'z')) {
            errors.add("must contain at least one letter (a-z)");
        }
        if (port.contains("--")) {
            errors.add("must not contain consecutive hyphens");
        }
        if (!port.isEmpty() && (port.startsWith("-") || port.endsWith("-"))) {
            errors.add("must not begin or end with a hyphen");
        }
        return errors;
    }

    /// A name that becomes one segment of a URL path, which is all that RBAC asks (upstream:
    /// `path.IsValidPathSegmentName`).
    public static List<String> pathSegment(String name) {
        if (name.equals(".") || name.equals("..")) {
            return List.of("may not be '" + name + "'");
        }
        var errors = new ArrayList<String>();
        for (String illegal : List.of("/", "%")) {
            if (name.contains(illegal)) {
                errors.add("may not contain '" + illegal + "'");
            }
        }
        return errors;
    }

    /// What is wrong with the size of all annotations together, if anything.
    public static List<String> annotationsSize(Map<String, String> annotations) {
        long total = 0;
        for (var entry : annotations.entrySet()) {
            total += utf8Length(entry.getKey()) + (long) utf8Length(entry.getValue());
        }
        return total > ANNOTATIONS_BYTES_MAX
                ? List.of(
                        "annotations size %d is larger than limit %d"
                                .formatted(total, ANNOTATIONS_BYTES_MAX))
                : List.of();
    }

    /// Replaces a prefix's trailing `-` so that a generateName can be checked as a name: upstream's
    /// `maskTrailingDash`.
    public static String maskTrailingDash(String prefix) {
        return prefix.length() > 1 && prefix.endsWith("-")
                ? prefix.substring(0, prefix.length() - 2) + "a"
                : prefix;
    }

    /// The same texts as upstream's declared formats have them: they count bytes.
    public static List<String> declared(List<String> texts) {
        return texts.stream()
                .map(text -> text.replaceFirst("(no more than \\d+) characters", "$1 bytes"))
                .toList();
    }

    public static String maxLength(int length) {
        return "must be no more than " + length + " characters";
    }

    public static String maxBytes(int length) {
        return "must be no more than " + length + " bytes";
    }

    /// Upstream's `RegexError`: the rule, examples, the expression.
    public static String explain(String text, String expression, String... examples) {
        if (examples.length == 0) {
            return text + " (regex used for validation is '" + expression + "')";
        }
        var out = new StringBuilder(text).append(" (e.g. ");
        for (int i = 0; i < examples.length; i++) {
            if (i > 0) {
                out.append(" or "); // the doubled space is upstream's
            }
            out.append('\'').append(examples[i]).append("', ");
        }
        return out.append("regex used for validation is '")
                .append(expression)
                .append("')")
                .toString();
    }

    /// The length in bytes, which is what upstream's limits count.
    public static int utf8Length(String value) {
        int bytes = value.length();
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) >= 0x80) {
                return value.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return bytes;
    }

    private static List<String> prefixedName(String value) {
        int slash = value.indexOf('/');
        String name = value.substring(slash + 1);
        var errors = new ArrayList<String>(0);
        if (slash >= 0) {
            if (name.indexOf('/') >= 0) {
                return List.of(
                        "a valid label key "
                                + QUALIFIED_ERROR
                                + " with an optional DNS subdomain prefix and '/' (e.g."
                                + " 'example.com/MyName')");
            }
            String prefix = value.substring(0, slash);
            if (prefix.isEmpty()) {
                errors.add("prefix part must be non-empty");
            } else {
                dns1123Subdomain(prefix).forEach(e -> errors.add("prefix part " + e));
            }
        }
        if (name.isEmpty()) {
            errors.add("name part must be non-empty");
        } else if (utf8Length(name) > LABEL_LENGTH_MAX) {
            errors.add("name part " + maxBytes(LABEL_LENGTH_MAX));
        }
        if (!isQualifiedPart(name)) {
            errors.add("name part " + QUALIFIED_ERROR);
        }
        return errors;
    }

    private static List<String> lengthThen(String value, int max, boolean fits, String error) {
        var errors = new ArrayList<String>();
        if (utf8Length(value) > max) {
            errors.add(maxLength(max));
        }
        if (!fits) {
            errors.add(error);
        }
        return errors;
    }

    private static List<String> directoryEscapes(String value) {
        if (value.equals(".")) {
            return List.of("must not be '.'");
        }
        if (value.equals("..")) {
            return List.of("must not be '..'");
        }
        return value.startsWith("..") ? List.of("must not start with '..'") : List.of();
    }

    private static List<String> inRange(int value, int min, int max, String error) {
        return value >= min && value <= max ? List.of() : List.of(error);
    }

    private static boolean isSubdomain(String value) {
        int from = 0;
        while (true) {
            int dot = value.indexOf('.', from);
            if (!isLabel(value, from, dot < 0 ? value.length() : dot)) {
                return false;
            }
            if (dot < 0) {
                return true;
            }
            from = dot + 1;
        }
    }

    private static boolean isLabel(String value, int from, int to) {
        if (from >= to
                || !isLowerAlphanumeric(value.charAt(from))
                || !isLowerAlphanumeric(value.charAt(to - 1))) {
            return false;
        }
        for (int i = from + 1; i < to - 1; i++) {
            char c = value.charAt(i);
            if (!isLowerAlphanumeric(c) && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isQualifiedPart(String name) {
        int length = name.length();
        if (length == 0
                || !isAlphanumeric(name.charAt(0))
                || !isAlphanumeric(name.charAt(length - 1))) {
            return false;
        }
        for (int i = 1; i < length - 1; i++) {
            char c = name.charAt(i);
            if (!isAlphanumeric(c) && c != '-' && c != '_' && c != '.') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLowerAlphanumeric(int c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    private static boolean isAlphanumeric(int c) {
        return isLowerAlphanumeric(c) || (c >= 'A' && c <= 'Z');
    }
}
