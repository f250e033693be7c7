package io.j8s.apiserver.registry;

/// Which names a kind's objects may have (upstream: `NameIsDNSSubdomain` and its like).
public enum NameRule {
    DNS_SUBDOMAIN,
    DNS_LABEL,
    DNS_1035_LABEL,
    /// What may stand as one path segment: not `.` or `..`, no `/` or `%` (RBAC, CSR kinds).
    PATH_SEGMENT,
    /// The canonical text of an IP address (`IPAddress`).
    IP_ADDRESS
}
