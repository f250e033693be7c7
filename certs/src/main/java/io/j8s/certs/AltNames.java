package io.j8s.certs;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// The names a certificate stands for besides its subject.
///
/// @param ips textual IPv4 or IPv6 addresses
public record AltNames(Set<String> dns, Set<String> ips, Set<String> emails, Set<String> uris) {

    public static final AltNames NONE = new AltNames(Set.of(), Set.of(), Set.of(), Set.of());

    public AltNames {
        dns = Set.copyOf(dns);
        ips = Set.copyOf(ips);
        emails = Set.copyOf(emails);
        uris = Set.copyOf(uris);
    }

    /// Sorts every name where it belongs: addresses to `ips`, the rest to `dns`.
    public static AltNames of(Iterable<String> names) {
        var dns = new TreeSet<String>();
        var ips = new TreeSet<String>();
        for (var name : names) {
            if (!name.isBlank()) {
                (IpText.isAddress(name) ? ips : dns).add(name);
            }
        }
        return new AltNames(dns, ips, Set.of(), Set.of());
    }

    public boolean isEmpty() {
        return dns.isEmpty() && ips.isEmpty() && emails.isEmpty() && uris.isEmpty();
    }

    /// What `certificate` carries.
    public static AltNames in(X509Certificate certificate) {
        try {
            var names = certificate.getSubjectAlternativeNames();
            return names == null ? NONE : collect(names);
        } catch (CertificateParsingException _) {
            return NONE; // an unreadable extension names nothing: the certificate is replaced
        }
    }

    private static AltNames collect(Iterable<List<?>> names) {
        var dns = new TreeSet<String>();
        var ips = new TreeSet<String>();
        var emails = new TreeSet<String>();
        var uris = new TreeSet<String>();
        for (var entry : names) {
            var value = String.valueOf(entry.get(1));
            switch ((Integer) entry.get(0)) {
                case 1 -> emails.add(value);
                case 2 -> dns.add(value);
                case 6 -> uris.add(value);
                case 7 -> ips.add(value);
                default -> {}
            }
        }
        return new AltNames(dns, ips, emails, uris);
    }

    /// Whether both stand for the same names, however their addresses are spelled.
    public boolean matches(AltNames other) {
        return dns.equals(other.dns)
                && emails.equals(other.emails)
                && uris.equals(other.uris)
                && canonical(ips).equals(canonical(other.ips));
    }

    private static Set<String> canonical(Set<String> ips) {
        var out = new TreeSet<String>();
        for (var ip : ips) {
            out.add(IpText.canonical(ip));
        }
        return out;
    }
}
