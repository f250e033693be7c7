package io.j8s.nodeagent.dns;

import io.fabric8.kubernetes.api.model.Service;
import io.j8s.nodeagent.dns.ClusterRecords.Backend;

import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Answers questions about names below the cluster's domain and about addresses of the cluster.
final class ClusterZone {

    private static final int TTL_SECONDS = 30; // upstream: `ttl 30` in the default Corefile
    private static final int SRV_WEIGHT = 100;
    private static final String SCHEMA_VERSION = "1.1.0";

    private final ClusterRecords records;
    private final Name domain;
    private final Name services;

    /// @param domain e.g. `cluster.local`
    ClusterZone(ClusterRecords records, String domain) {
        this.records = records;
        this.domain = name(domain + ".");
        this.services = name("svc." + domain + ".");
    }

    /// What is known of a name.
    sealed interface Answer {

        /// The name exists; the list may be empty for this type.
        ///
        /// @param additional addresses of names in SRV records
        record Found(List<Record> records, List<Record> additional) implements Answer {
            public Found {
                records = List.copyOf(records);
                additional = List.copyOf(additional);
            }
        }

        record NoSuchName() implements Answer {}

        /// Not of this zone: ask others.
        record NotOurs() implements Answer {}
    }

    Answer answer(Name name, int type) {
        if (name.subdomain(domain)) {
            return below(name, type);
        }
        return type == Type.PTR ? reverse(name) : new Answer.NotOurs();
    }

    /// The zone's SOA, which tells how long a negative answer may be kept.
    SOARecord soa() {
        return new SOARecord(
                domain,
                DClass.IN,
                TTL_SECONDS,
                name("ns.dns." + domain),
                name("hostmaster." + domain),
                1,
                7200,
                1800,
                86_400,
                TTL_SECONDS);
    }

    private Answer below(Name name, int type) {
        var labels = new ArrayList<String>();
        for (int i = 0; i < name.labels() - domain.labels(); i++) {
            labels.add(name.getLabelString(i).toLowerCase(Locale.ROOT));
        }
        if (labels.isEmpty()) {
            return type == Type.SOA ? found(List.of(soa())) : found(List.of());
        }
        return switch (labels.getLast()) {
            case "svc" -> service(name, type, labels.subList(0, labels.size() - 1));
            case "pod" -> pod(name, type, labels.subList(0, labels.size() - 1));
            case "dns-version" ->
                    labels.size() == 1 ? version(name, type) : new Answer.NoSuchName();
            default -> new Answer.NoSuchName();
        };
    }

    private static Answer version(Name name, int type) {
        return found(
                type == Type.TXT || type == Type.ANY
                        ? List.of(new TXTRecord(name, DClass.IN, TTL_SECONDS, SCHEMA_VERSION))
                        : List.of());
    }

    /// `[_port._proto.|hostname.]name.namespace`
    private Answer service(Name name, int type, List<String> labels) {
        if (labels.size() < 2) {
            boolean exists = labels.isEmpty() || records.hasNamespace(labels.getFirst());
            return exists ? found(List.of()) : new Answer.NoSuchName();
        }
        String namespace = labels.getLast();
        var found = records.service(namespace, labels.get(labels.size() - 2));
        if (found == null) {
            return new Answer.NoSuchName();
        }
        var prefix = labels.subList(0, labels.size() - 2);
        if ("ExternalName".equals(found.getSpec().getType())) {
            return prefix.isEmpty() ? alias(name, found) : new Answer.NoSuchName();
        }
        return switch (prefix.size()) {
            case 0 -> whole(name, type, found);
            case 1 -> backend(name, type, found, prefix.getFirst());
            case 2 -> port(name, type, found, prefix);
            default -> new Answer.NoSuchName();
        };
    }

    private Answer alias(Name name, Service service) {
        String target = service.getSpec().getExternalName();
        return found(List.of(new CNAMERecord(name, DClass.IN, TTL_SECONDS, name(target + "."))));
    }

    private Answer whole(Name name, int type, Service service) {
        if (type == Type.SRV) {
            return srv(name, service, "", "");
        }
        if (!ClusterRecords.isHeadless(service)) {
            return found(addresses(name, type, ClusterRecords.clusterIps(service)));
        }
        Set<String> ips = new LinkedHashSet<>();
        records.backends(service).forEach(backend -> ips.add(backend.ip()));
        return ips.isEmpty()
                ? new Answer.NoSuchName()
                : found(addresses(name, type, List.copyOf(ips)));
    }

    /// One endpoint by its hostname or dashed address.
    private Answer backend(Name name, int type, Service service, String label) {
        Set<String> ips = new LinkedHashSet<>();
        if (ClusterRecords.isHeadless(service)) {
            for (Backend backend : records.backends(service)) {
                if (backend.label().equals(label)) {
                    ips.add(backend.ip());
                }
            }
        }
        return ips.isEmpty()
                ? new Answer.NoSuchName()
                : found(addresses(name, type, List.copyOf(ips)));
    }

    private Answer port(Name name, int type, Service service, List<String> prefix) {
        boolean wellFormed = prefix.get(0).startsWith("_") && prefix.get(1).startsWith("_");
        if (!wellFormed) {
            return new Answer.NoSuchName();
        }
        var answer = srv(name, service, prefix.get(0).substring(1), prefix.get(1).substring(1));
        boolean isKnown = answer instanceof Answer.Found found && !found.records().isEmpty();
        if (!isKnown) {
            return new Answer.NoSuchName();
        }
        return type == Type.SRV || type == Type.ANY ? answer : found(List.of());
    }

    /// @param portName empty for all ports
    private Answer srv(Name name, Service service, String portName, String protocol) {
        var srvs = new ArrayList<Record>();
        var additional = new LinkedHashSet<Record>();
        Name base =
                name(
                        service.getMetadata().getName()
                                + "."
                                + service.getMetadata().getNamespace()
                                + "."
                                + services);
        if (ClusterRecords.isHeadless(service)) {
            var backends =
                    records.backends(service).stream()
                            .filter(b -> isAsked(b.portName(), b.protocol(), portName, protocol))
                            .toList();
            int weight = SRV_WEIGHT / Math.max(1, backends.size());
            for (Backend backend : backends) {
                Name target = name(backend.label() + "." + base);
                srvs.add(srvRecord(name, weight, backend.port(), target));
                additional.addAll(addresses(target, Type.ANY, List.of(backend.ip())));
            }
        } else {
            var ports =
                    ClusterRecords.ports(service).stream()
                            .filter(p ->
                                    isAsked(
                                            orEmpty(p.getName()),
                                            orEmpty(p.getProtocol()),
                                            portName,
                                            protocol))
                            .toList();
            for (var port : ports) {
                srvs.add(srvRecord(name, SRV_WEIGHT / ports.size(), port.getPort(), base));
            }
            additional.addAll(addresses(base, Type.ANY, ClusterRecords.clusterIps(service)));
        }
        return new Answer.Found(srvs, srvs.isEmpty() ? List.of() : List.copyOf(additional));
    }

    private static boolean isAsked(
            String name, String protocol, String askedName, String askedProtocol) {
        return askedName.isEmpty()
                || (name.equalsIgnoreCase(askedName) && protocol.equalsIgnoreCase(askedProtocol));
    }

    private static SRVRecord srvRecord(Name name, int weight, int port, Name target) {
        return new SRVRecord(name, DClass.IN, TTL_SECONDS, 0, weight, port, target);
    }

    /// `10-42-0-5.namespace`: the address that the name spells (upstream: `pods insecure`).
    private Answer pod(Name name, int type, List<String> labels) {
        if (labels.size() < 2) {
            boolean exists = labels.isEmpty() || records.hasNamespace(labels.getFirst());
            return exists ? found(List.of()) : new Answer.NoSuchName();
        }
        String dashed = labels.getFirst();
        boolean isIpv4 = dashed.chars().filter(c -> c == '-').count() == 3;
        String ip = dashed.replace('-', isIpv4 ? '.' : ':');
        boolean valid =
                labels.size() == 2 && records.hasNamespace(labels.get(1)) && literal(ip) != null;
        return valid ? found(addresses(name, type, List.of(ip))) : new Answer.NoSuchName();
    }

    private Answer reverse(Name name) {
        InetAddress address;
        try {
            address = ReverseMap.fromName(name);
        } catch (UnknownHostException _) {
            return new Answer.NotOurs();
        }
        var names = records.namesOf(address.getHostAddress());
        var pointers = new ArrayList<Record>();
        for (String relative : names) {
            Name target = name(relative + "." + services);
            pointers.add(new PTRRecord(name, DClass.IN, TTL_SECONDS, target));
        }
        return pointers.isEmpty() ? new Answer.NotOurs() : found(pointers);
    }

    private static List<Record> addresses(Name name, int type, List<String> ips) {
        var found = new ArrayList<Record>();
        for (String ip : ips) {
            var address = literal(ip);
            if (address == null) {
                continue;
            }
            boolean isIpv4 = address.getAddress().length == 4;
            if (isIpv4 && (type == Type.A || type == Type.ANY)) {
                found.add(new ARecord(name, DClass.IN, TTL_SECONDS, address));
            } else if (!isIpv4 && (type == Type.AAAA || type == Type.ANY)) {
                found.add(new AAAARecord(name, DClass.IN, TTL_SECONDS, address));
            }
        }
        return found;
    }

    private static @Nullable InetAddress literal(String ip) {
        try {
            return InetAddress.ofLiteral(ip);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static Answer found(List<Record> records) {
        return new Answer.Found(records, List.of());
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static Name name(String text) {
        try {
            return Name.fromString(text, Name.root);
        } catch (TextParseException e) {
            throw new IllegalStateException("not a DNS name: " + text, e);
        }
    }
}
