package io.j8s.certs;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import javax.naming.NamingException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/// The two parts of a certificate's subject that Kubernetes reads: CN is the user, O its groups.
///
/// @param commonName empty for none; the last one where there are several, as Go reads it
public record SubjectNames(String commonName, List<String> organizations) {

    public SubjectNames {
        organizations = List.copyOf(organizations);
    }

    /// Whether both name the same user and groups; DER sorts the groups inside a set.
    boolean matches(CertificateSpec spec) {
        return commonName.equals(spec.commonName())
                && sorted(organizations).equals(sorted(spec.organizations()));
    }

    private static List<String> sorted(List<String> organizations) {
        return organizations.stream().sorted().toList();
    }

    /// What `certificate` says; names nobody when its subject is unreadable.
    public static SubjectNames of(X509Certificate certificate) {
        var name = certificate.getSubjectX500Principal().getName();
        var commonName = "";
        var organizations = new ArrayList<String>();
        try {
            for (var rdn : new LdapName(name).getRdns()) {
                commonName = collect(rdn, commonName, organizations);
            }
        } catch (NamingException _) {
            return new SubjectNames("", List.of());
        }
        return new SubjectNames(commonName, organizations);
    }

    private static String collect(Rdn rdn, String commonName, List<String> organizations)
            throws NamingException {
        var result = commonName;
        var attributes = rdn.toAttributes().getAll();
        try {
            while (attributes.hasMore()) {
                var attribute = attributes.next();
                var values = attribute.getAll();
                while (values.hasMore()) {
                    if (!(values.next() instanceof String text)) {
                        continue; // a form of string that RFC 2253 cannot print
                    }
                    switch (attribute.getID().toUpperCase(Locale.ROOT)) {
                        case "CN" -> result = text;
                        case "O" -> organizations.add(text);
                        default -> {}
                    }
                }
                values.close();
            }
        } finally {
            attributes.close();
        }
        return result;
    }
}
