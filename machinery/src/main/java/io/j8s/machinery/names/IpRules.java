package io.j8s.machinery.names;

import io.j8s.machinery.errors.FieldErrors;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Decides whether a text is an IP address or a CIDR block and what its canonical form is. Never
/// asks a name server. Explanations are upstream's (`validation.IsValidIP`, `IsValidCIDR`).
public final class IpRules {

    private static final String NO_ADDRESS =
            "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
    private static final String NO_CIDR =
            "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

    /// An address block as written.
    ///
    /// @param address the address bytes as written, host bits included: 4 or 16
    /// @param prefix the number of network bits
    public record Cidr(List<Byte> address, int prefix) {

        public Cidr {
            address = List.copyOf(address);
        }

        public boolean isIpv6() {
            return address.size() == 16;
        }

        /// Whether `ip` lies in the block; addresses of the other family never do.
        public boolean contains(byte[] ip) {
            if (ip.length != address.size()) {
                return false;
            }
            for (int bit = 0; bit < prefix; bit++) {
                int mask = 0x80 >> bit % 8;
                if ((ip[bit / 8] & mask) != (address.get(bit / 8) & mask)) {
                    return false;
                }
            }
            return true;
        }

        /// The block with host bits cleared: `10.1.2.0/24`.
        @Override
        public String toString() {
            return print(network()) + "/" + prefix;
        }

        byte[] network() {
            byte[] out = new byte[address.size()];
            for (int i = 0; i < out.length; i++) {
                int bits = Math.clamp(prefix - 8L * i, 0, 8);
                out[i] = (byte) (address.get(i) & (0xff00 >> bits));
            }
            return out;
        }
    }

    private IpRules() {}

    /// New API fields: the canonical form only.
    public static List<String> address(String value) {
        Parsed parsed = parse(value);
        if (parsed == null) {
            return List.of(NO_ADDRESS);
        }
        List<String> strict = parsed.strictErrors();
        if (!strict.isEmpty()) {
            return strict;
        }
        String canonical = print(parsed.bytes);
        return canonical.equals(value)
                ? List.of()
                : List.of("must be in canonical form (" + FieldErrors.quote(canonical) + ")");
    }

    /// Old API fields: any readable form; `strict` refuses leading zeros and IPv4 mapped into IPv6.
    public static List<String> legacyAddress(String value, boolean strict) {
        Parsed parsed = parse(value);
        if (parsed == null) {
            return List.of(NO_ADDRESS);
        }
        return strict ? parsed.strictErrors() : List.of();
    }

    /// New API fields: the canonical form only.
    public static List<String> cidr(String value) {
        List<String> errors = legacyCidr(value, true);
        if (!errors.isEmpty()) {
            return errors;
        }
        String canonical = parseCidr(value).map(Cidr::toString).orElse("");
        return canonical.equals(value)
                ? List.of()
                : List.of("must be in canonical form (" + FieldErrors.quote(canonical) + ")");
    }

    /// Old API fields; `strict` refuses leading zeros, IPv4 mapped into IPv6, and host bits.
    public static List<String> legacyCidr(String value, boolean strict) {
        var cidr = parseCidr(value);
        if (cidr.isEmpty()) {
            return List.of(NO_CIDR);
        }
        if (!strict) {
            return List.of();
        }
        int slash = value.indexOf('/');
        Parsed parsed = parse(value.substring(0, slash));
        String prefix = value.substring(slash + 1);
        if (parsed == null
                || parsed.leadingZeros
                || (prefix.length() > 1 && prefix.startsWith("0"))) {
            return List.of("must not have leading 0s in IP or prefix length");
        }
        if (parsed.mapped) {
            return List.of("must not have an IPv4-mapped IPv6 address");
        }
        return Arrays.equals(cidr.get().network(), parsed.bytes)
                ? List.of()
                : List.of("must not have bits set beyond the prefix length");
    }

    /// 4 or 16 bytes (IPv4 mapped into IPv6 gives 4, as Go's `To4`); empty for no address.
    public static Optional<byte[]> bytes(String value) {
        Parsed parsed = parse(value);
        return parsed == null ? Optional.empty() : Optional.of(parsed.bytes.clone());
    }

    public static boolean isIpv6(String value) {
        return bytes(value).map(b -> b.length == 16).orElse(false);
    }

    /// `10.1.2.0/24`, leniently as Go's old parser; empty for anything else.
    public static Optional<Cidr> parseCidr(String value) {
        int slash = value.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        Parsed parsed = parse(value.substring(0, slash));
        String digits = value.substring(slash + 1);
        if (parsed == null || digits.isEmpty() || digits.length() > 3) {
            return Optional.empty();
        }
        if (!digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        int prefix = Integer.parseInt(digits) - (parsed.mapped ? 96 : 0);
        if (prefix < 0 || prefix > parsed.bytes.length * 8) {
            return Optional.empty();
        }
        Byte[] boxed = new Byte[parsed.bytes.length];
        for (int i = 0; i < boxed.length; i++) {
            boxed[i] = parsed.bytes[i];
        }
        return Optional.of(new Cidr(List.of(boxed), prefix));
    }

    /// Go's text of an address: dotted, or RFC 5952.
    public static String print(byte[] address) {
        if (address.length == 4) {
            return (address[0] & 0xff)
                    + "."
                    + (address[1] & 0xff)
                    + "."
                    + (address[2] & 0xff)
                    + "."
                    + (address[3] & 0xff);
        }
        int[] words = new int[8];
        for (int i = 0; i < 8; i++) {
            words[i] = (address[2 * i] & 0xff) << 8 | (address[2 * i + 1] & 0xff);
        }
        int bestStart = -1;
        int bestLength = 1; // a single zero word is not shortened
        for (int i = 0; i < 8; i++) {
            int length = 0;
            while (i + length < 8 && words[i + length] == 0) {
                length++;
            }
            if (length > bestLength) {
                bestStart = i;
                bestLength = length;
            }
        }
        var out = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                out.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
                out.append(':');
            }
            out.append(Integer.toHexString(words[i]));
        }
        return out.toString();
    }

    private static final class Parsed {
        final byte[] bytes;
        final boolean leadingZeros;
        final boolean mapped;

        Parsed(byte[] bytes, boolean leadingZeros, boolean mapped) {
            this.bytes = bytes;
            this.leadingZeros = leadingZeros;
            this.mapped = mapped;
        }

        List<String> strictErrors() {
            if (leadingZeros) {
                return List.of("must not have leading 0s");
            }
            return mapped ? List.of("must not be an IPv4-mapped IPv6 address") : List.of();
        }
    }

    private static @Nullable Parsed parse(String value) {
        if (value.indexOf(':') < 0) {
            byte[] bytes = parseDotted(value);
            return bytes == null ? null : new Parsed(bytes, hasLeadingZeros(value), false);
        }
        if (value.indexOf('%') >= 0 || value.indexOf('[') >= 0) {
            return null; // zones are no part of an API address
        }
        String hex = value;
        int lastColon = value.lastIndexOf(':');
        boolean zeros = false;
        if (value.indexOf('.', lastColon) >= 0) {
            String dotted = value.substring(lastColon + 1);
            byte[] tail = parseDotted(dotted);
            if (tail == null) {
                return null;
            }
            zeros = hasLeadingZeros(dotted);
            hex =
                    value.substring(0, lastColon + 1)
                            + Integer.toHexString((tail[0] & 0xff) << 8 | (tail[1] & 0xff))
                            + ":"
                            + Integer.toHexString((tail[2] & 0xff) << 8 | (tail[3] & 0xff));
        }
        byte[] bytes = parseHex(hex);
        if (bytes == null) {
            return null;
        }
        boolean mapped = isMapped(bytes);
        return new Parsed(mapped ? Arrays.copyOfRange(bytes, 12, 16) : bytes, zeros, mapped);
    }

    private static byte @Nullable [] parseDotted(String value) {
        String[] parts = value.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        byte[] out = new byte[4];
        for (int i = 0; i < 4; i++) {
            String part = parts[i];
            if (part.isEmpty()
                    || part.length() > 9
                    || !part.chars().allMatch(c -> c >= '0' && c <= '9')
                    || Integer.parseInt(part) > 255) {
                return null;
            }
            out[i] = (byte) Integer.parseInt(part);
        }
        return out;
    }

    private static boolean hasLeadingZeros(String dotted) {
        for (String part : dotted.split("\\.", -1)) {
            if (part.length() > 1 && part.startsWith("0")) {
                return true;
            }
        }
        return false;
    }

    private static byte @Nullable [] parseHex(String value) {
        int gap = value.indexOf("::");
        if (gap != value.lastIndexOf("::") || value.contains(":::")) {
            return null;
        }
        String[] left = words(gap < 0 ? value : value.substring(0, gap));
        String[] right = gap < 0 ? new String[0] : words(value.substring(gap + 2));
        int count = left.length + right.length;
        if (gap < 0 ? count != 8 : count > 7) {
            return null;
        }
        byte[] out = new byte[16];
        for (int i = 0; i < count; i++) {
            String word = i < left.length ? left[i] : right[i - left.length];
            int at = i < left.length ? i : 8 - right.length + (i - left.length);
            if (word.isEmpty() || word.length() > 4 || !word.matches("[0-9a-fA-F]+")) {
                return null;
            }
            int number = Integer.parseInt(word, 16);
            out[2 * at] = (byte) (number >> 8);
            out[2 * at + 1] = (byte) number;
        }
        return out;
    }

    private static String[] words(String text) {
        return text.isEmpty() ? new String[0] : text.split(":", -1);
    }

    private static boolean isMapped(byte[] bytes) {
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return bytes[10] == (byte) 0xff && bytes[11] == (byte) 0xff;
    }

    /// The same address for the JDK's network calls; never resolves a name.
    public static Optional<InetAddress> inetAddress(String value) {
        Parsed parsed = parse(value);
        if (parsed == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByAddress(parsed.bytes));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of " + parsed.bytes.length + " bytes", e);
        }
    }
}
