package io.j8s.apiserver.resources.certificates;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.NameRules;

import java.util.List;
import java.util.function.Function;

/// Names of signers, `example.com/signer-name` (upstream: `ValidateSignerName`).
public final class SignerNames {

    private static final int LENGTH_MAX = 571; // a domain, a slash, a label, a dot and a subdomain

    private SignerNames() {}

    public static boolean isKubernetes(String signer) {
        int slash = signer.indexOf('/');
        String host = slash < 0 ? signer : signer.substring(0, slash);
        return host.equals("kubernetes.io") || host.endsWith(".kubernetes.io");
    }

    public static void validate(At at, String field) {
        if (!at.present(field)) {
            return;
        }
        String name = at.string(field);
        String[] segments = name.split("/", -1);
        if (segments.length != 2) {
            at.invalid(
                    field,
                    name,
                    "must be a fully qualified domain and path of the form"
                            + " 'example.com/signer-name'");
            return;
        }
        if (segments[0].length() > NameRules.SUBDOMAIN_LENGTH_MAX) {
            at.errors().tooLong(at.path(field), NameRules.SUBDOMAIN_LENGTH_MAX);
        }
        labels(at, field, segments[0], NameRules::dns1123Label);
        if (segments[0].indexOf('.') < 0) {
            at.invalid(
                    field,
                    segments[0],
                    "should be a domain with at least two segments separated by dots");
        }
        labels(at, field, segments[1], NameRules::dns1123Subdomain);
        if (name.length() > LENGTH_MAX) {
            at.errors().tooLong(at.path(field), LENGTH_MAX);
        }
    }

    /// Only the first bad label is reported.
    private static void labels(
            At at, String field, String segment, Function<String, List<String>> rule) {
        for (String label : segment.split("\\.", -1)) {
            var texts = rule.apply(label);
            for (String text : texts) {
                at.invalid(
                        field,
                        segment,
                        "validating label " + FieldErrors.quote(label) + ": " + text);
            }
            if (!texts.isEmpty()) {
                return;
            }
        }
    }
}
