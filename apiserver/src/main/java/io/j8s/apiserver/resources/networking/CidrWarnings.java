package io.j8s.apiserver.resources.networking;

import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.IpRules;

import java.util.ArrayList;
import java.util.List;

/// What upstream warns of in address blocks of old fields that it accepts
/// (`validation.GetWarningsForCIDR`).
final class CidrWarnings {

    private CidrWarnings() {}

    static List<String> of(String path, String value) {
        var parsed = IpRules.parseCidr(value);
        if (parsed.isEmpty()) {
            return List.of();
        }
        String block = parsed.get().toString();
        String address = value.substring(0, value.indexOf('/'));
        var mistakes = IpRules.legacyCidr(value, true);
        var warnings = new ArrayList<String>();
        String start = block.substring(0, block.indexOf('/'));
        String own = IpRules.bytes(address).map(IpRules::print).orElse(start);
        if (!own.equals(start)) {
            String single = own + "/" + (parsed.get().isIpv6() ? 128 : 32);
            warnings.add(
                    "%s: CIDR value %s is ambiguous in this context (should be %s or %s?)"
                            .formatted(path, quote(value), quote(block), quote(single)));
        }
        boolean standard =
                mistakes.isEmpty() || mistakes.getFirst().startsWith("must not have bits set");
        if (!standard) {
            warnings.add(
                    "%s: non-standard CIDR value %s is invalid: use %s"
                            .formatted(path, quote(value), quote(block)));
        }
        if (warnings.isEmpty() && parsed.get().isIpv6() && !block.equals(value)) {
            warnings.add(
                    "%s: IPv6 CIDR value %s should be in RFC 5952 canonical format (%s)"
                            .formatted(path, quote(value), quote(block)));
        }
        return warnings;
    }

    private static String quote(String text) {
        return FieldErrors.quote(text);
    }
}
