package io.j8s.apiserver.resources.rules;

import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.IpRules;

import java.util.ArrayList;
import java.util.List;

/// Warnings about addresses that old API fields let pass (upstream: `GetWarningsForIP`,
/// `GetWarningsForCIDR`). Pure.
public final class IpWarnings {

    private IpWarnings() {}

    public static List<String> address(String path, String value) {
        var bytes = IpRules.bytes(value);
        if (bytes.isEmpty()) {
            return List.of();
        }
        String printed = IpRules.print(bytes.get());
        if (!IpRules.legacyAddress(value, true).isEmpty()) {
            return List.of(
                    path
                            + ": non-standard IP address "
                            + FieldErrors.quote(value)
                            + " is invalid: use "
                            + FieldErrors.quote(printed));
        }
        return printed.equals(value)
                ? List.of()
                : List.of(
                        path
                                + ": IPv6 address "
                                + FieldErrors.quote(value)
                                + " should be in RFC 5952 canonical format ("
                                + FieldErrors.quote(printed)
                                + ")");
    }

    public static List<String> cidr(String path, String value) {
        var parsed = IpRules.parseCidr(value);
        if (parsed.isEmpty()) {
            return List.of();
        }
        var out = new ArrayList<String>();
        String network = parsed.get().toString();
        byte[] address = IpRules.bytes(value.substring(0, value.indexOf('/'))).orElseThrow();
        if (!network.startsWith(IpRules.print(address) + "/")) {
            String single = IpRules.print(address) + "/" + address.length * 8;
            out.add(
                    path
                            + ": CIDR value "
                            + FieldErrors.quote(value)
                            + " is ambiguous in this context (should be "
                            + FieldErrors.quote(network)
                            + " or "
                            + FieldErrors.quote(single)
                            + "?)");
        }
        boolean standard =
                IpRules.legacyCidr(value, true).stream()
                        .allMatch(text -> text.startsWith("must not have bits set"));
        if (!standard) {
            out.add(
                    path
                            + ": non-standard CIDR value "
                            + FieldErrors.quote(value)
                            + " is invalid: use "
                            + FieldErrors.quote(network));
        } else if (address.length == 16 && out.isEmpty() && !network.equals(value)) {
            out.add(
                    path
                            + ": IPv6 CIDR value "
                            + FieldErrors.quote(value)
                            + " should be in RFC 5952 canonical format ("
                            + FieldErrors.quote(network)
                            + ")");
        }
        return out;
    }
}
