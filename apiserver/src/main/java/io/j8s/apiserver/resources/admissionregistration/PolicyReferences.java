package io.j8s.apiserver.resources.admissionregistration;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Cells;
import io.j8s.apiserver.resources.rules.LabelSelectors;
import io.j8s.machinery.names.NameRules;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/// Rules about the parameters of policies: which kind they have, and which objects they are.
final class PolicyReferences {

    private PolicyReferences() {}

    static void kind(At kind) {
        version(kind);
        if (!kind.present("kind")) {
            return;
        }
        String name = kind.string("kind");
        var texts = NameRules.dns1035Label(name.toLowerCase(Locale.ROOT));
        if (!texts.isEmpty()) {
            kind.invalid(
                    "kind",
                    name,
                    "may have mixed case, but should otherwise match: " + String.join(",", texts));
        }
    }

    private static void version(At kind) {
        if (!kind.present("apiVersion")) {
            return;
        }
        String text = kind.string("apiVersion");
        if (text.chars().filter(c -> c == '/').count() > 1) {
            kind.invalid("apiVersion", text, "unexpected GroupVersion string: " + text);
            return;
        }
        String parsed = text.equals("/") ? "" : text;
        int slash = parsed.indexOf('/');
        String group = slash < 0 ? "" : parsed.substring(0, slash);
        String version = parsed.substring(slash + 1);
        if (!group.isEmpty()) {
            joined(kind, group, NameRules.dns1123Subdomain(group));
        }
        if (version.isEmpty()) {
            kind.invalid("apiVersion", text, "version must be specified");
        } else {
            joined(kind, version, NameRules.dns1035Label(version));
        }
    }

    private static void joined(At kind, String value, List<String> texts) {
        if (!texts.isEmpty()) {
            kind.invalid("apiVersion", value, String.join(",", texts));
        }
    }

    static void parameters(At reference) {
        String name = reference.string("name");
        boolean selects = reference.has("selector");
        String exclusive = "name and selector are mutually exclusive";
        if (!name.isEmpty()) {
            reference.all("name", NameRules.pathSegment(name));
            if (selects) {
                reference.forbidden("name", exclusive);
            }
        }
        if (selects) {
            LabelSelectors.validate(reference.at("selector"));
            if (!name.isEmpty()) {
                reference.forbidden("selector", exclusive);
            }
        }
        if (name.isEmpty() && !selects) {
            reference
                    .errors()
                    .required(reference.path(), "one of name or selector must be specified");
        }
        if (reference.present("parameterNotFoundAction")) {
            reference.optionalOneOf("parameterNotFoundAction", "Deny", "Allow");
        }
    }

    /// The cell that names the kind of a policy's parameters.
    static String kindCell(GenericKubernetesResource policy) {
        return Cells.value(policy, "spec", "paramKind") == null
                ? "<unset>"
                : Cells.text(policy, "spec", "paramKind", "apiVersion")
                        + "/"
                        + Cells.text(policy, "spec", "paramKind", "kind");
    }

    /// The cell that names a binding's parameters.
    static String parametersCell(GenericKubernetesResource binding) {
        String name = Cells.text(binding, "spec", "paramRef", "name");
        if (!name.isEmpty()) {
            String namespace = Cells.text(binding, "spec", "paramRef", "namespace");
            return (namespace.isEmpty() ? "*" : namespace) + "/" + name;
        }
        Object selector = Cells.value(binding, "spec", "paramRef", "selector");
        return selector == null ? "<unset>" : goText(selector);
    }

    /// Upstream prints the selector as Go's generated protobuf types do.
    private static String goText(Object selector) {
        var labels = new StringBuilder("map[string]string{");
        if (selector instanceof Map<?, ?> fields
                && fields.get("matchLabels") instanceof Map<?, ?> m) {
            new TreeMap<>(m)
                    .forEach((key, value) ->
                            labels.append(key).append(": ").append(value).append(','));
        }
        var expressions = new StringBuilder("[]LabelSelectorRequirement{");
        if (selector instanceof Map<?, ?> fields
                && fields.get("matchExpressions") instanceof List<?> list) {
            for (Object item : list) {
                if (item instanceof Map<?, ?> expression) {
                    expressions.append(requirement(expression));
                }
            }
        }
        return "&LabelSelector{MatchLabels:" + labels + "},MatchExpressions:" + expressions + "},}";
    }

    private static String requirement(Map<?, ?> expression) {
        var values = new StringJoiner(" ", "[", "]");
        if (expression.get("values") instanceof List<?> list) {
            list.forEach(value -> values.add(String.valueOf(value)));
        }
        return "LabelSelectorRequirement{Key:"
                + expression.get("key")
                + ",Operator:"
                + expression.get("operator")
                + ",Values:"
                + values
                + ",},";
    }
}
