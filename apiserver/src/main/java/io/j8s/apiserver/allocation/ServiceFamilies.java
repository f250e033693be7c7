package io.j8s.apiserver.allocation;

import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;
import io.j8s.machinery.names.IpRules;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Which address families a Service has (upstream: `Allocators.initIPFamilyFields`). Pure.
///
/// @param defaultFamily of the first configured range
/// @param families all that are configured
record ServiceFamilies(String defaultFamily, Set<String> families) {

    private static final String SINGLE = "SingleStack";
    private static final String PREFER = "PreferDualStack";
    private static final String REQUIRE = "RequireDualStack";
    private static final String POLICY = "spec.ipFamilyPolicy";
    private static final String FAMILIES = "spec.ipFamilies";
    private static final String IPS = "spec.clusterIPs";

    ServiceFamilies {
        families = Set.copyOf(families);
    }

    /// Fills the fields in, or says why it cannot.
    void fill(Tree service, @Nullable Tree old, FieldErrors errors) {
        if (ServiceFields.type(service).equals("ExternalName")
                || isUnchangedPreference(service, old)) {
            return;
        }
        inferPolicy(service, old);
        var policy = service.string(POLICY, "");
        if (old != null) {
            release(service, old, policy, errors);
        }
        checkSingle(service, policy, errors);
        inferFamilies(service, errors);
        if (!errors.isEmpty()) {
            return;
        }
        if (ServiceFields.isHeadless(service) && service.stringMap("spec.selector").isEmpty()) {
            fillUnmanaged(service, policy);
            return;
        }
        fillManaged(service, policy, errors);
    }

    /// A PreferDualStack Service does not follow a cluster that gains or loses a family by itself.
    private static boolean isUnchangedPreference(Tree service, @Nullable Tree old) {
        return old != null
                && !ServiceFields.type(old).equals("ExternalName")
                && service.string(POLICY, "").equals(PREFER)
                && old.string(POLICY, "").equals(PREFER)
                && service.strings(IPS).equals(old.strings(IPS))
                && service.strings(FAMILIES).equals(old.strings(FAMILIES));
    }

    private static void inferPolicy(Tree service, @Nullable Tree old) {
        if (service.has(POLICY)) {
            return;
        }
        var before = old == null ? null : old.string(POLICY);
        if (before != null) {
            service.set(POLICY, before);
        } else if (ServiceFields.isHeadless(service)
                && service.stringMap("spec.selector").isEmpty()) {
            service.set(POLICY, REQUIRE);
        } else {
            service.set(POLICY, SINGLE);
        }
    }

    private static void release(Tree service, Tree old, String policy, FieldErrors errors) {
        if (policy.equals(SINGLE)) {
            keepFirst(service, old, IPS);
            keepFirst(service, old, FAMILIES);
            return;
        }
        if (isReduced(service, old, IPS)) {
            errors.invalid(
                    POLICY, policy, "must be 'SingleStack' to release the secondary cluster IP");
        }
        if (isReduced(service, old, FAMILIES)) {
            errors.invalid(
                    POLICY, policy, "must be 'SingleStack' to release the secondary IP family");
        }
    }

    private static void keepFirst(Tree service, Tree old, String field) {
        var values = service.strings(field);
        if (values.size() > 1 && values.equals(old.strings(field))) {
            service.set(field, List.of(values.getFirst()));
        }
    }

    private static boolean isReduced(Tree service, Tree old, String field) {
        var now = service.strings(field);
        var before = old.strings(field);
        return now.size() == 1 && before.size() == 2 && now.getFirst().equals(before.getFirst());
    }

    private static void checkSingle(Tree service, String policy, FieldErrors errors) {
        if (!policy.equals(SINGLE)) {
            return;
        }
        if (service.strings(IPS).size() == 2) {
            errors.invalid(
                    POLICY,
                    policy,
                    "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are"
                            + " specified");
        }
        if (service.strings(FAMILIES).size() == 2) {
            errors.invalid(
                    POLICY,
                    policy,
                    "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are"
                            + " specified");
        }
    }

    private void inferFamilies(Tree service, FieldErrors errors) {
        var ips = service.strings(IPS);
        var found = new ArrayList<>(service.strings(FAMILIES));
        for (int i = 0; i < ips.size() && !ips.get(i).equals(ServiceFields.NONE); i++) {
            if (i < found.size()) {
                continue;
            }
            var family = IpRules.isIpv6(ips.get(i)) ? "IPv6" : "IPv4";
            if (families.contains(family)) {
                found.add(family);
            } else {
                errors.invalid(
                        IPS + "[" + i + "]",
                        printed(ips),
                        family + " is not configured on this cluster");
            }
        }
        if (!found.isEmpty()) {
            service.set(FAMILIES, found);
        }
    }

    /// A list as Go's JSON prints it in such messages.
    static Object printed(List<String> values) {
        var text =
                values.stream().map(FieldErrors::quote).collect(Collectors.joining(",", "[", "]"));
        return new Object() {
            @Override
            public String toString() {
                return text;
            }
        };
    }

    /// Headless without a selector: its endpoints are somebody else's business, so any families go.
    private void fillUnmanaged(Tree service, String policy) {
        var found = new ArrayList<>(service.strings(FAMILIES));
        if (found.isEmpty()) {
            found.add(defaultFamily);
        }
        if (found.size() < 2 && !policy.equals(SINGLE)) {
            found.add(other(found.getFirst()));
        }
        service.set(FAMILIES, found);
    }

    private static String other(String family) {
        return family.equals("IPv4") ? "IPv6" : "IPv4";
    }

    private void fillManaged(Tree service, String policy, FieldErrors errors) {
        if (policy.equals(REQUIRE) && families.size() < 2) {
            errors.invalid(
                    POLICY, policy, "this cluster is not configured for dual-stack services");
        }
        var found = new ArrayList<>(service.strings(FAMILIES));
        for (int i = 0; i < found.size(); i++) {
            if (!families.contains(found.get(i))) {
                errors.invalid(
                        FAMILIES + "[" + i + "]", found.get(i), "not configured on this cluster");
            }
        }
        if (!errors.isEmpty()) {
            return;
        }
        if (found.isEmpty()) {
            found.add(defaultFamily);
        }
        if (!policy.equals(SINGLE) && found.size() == 1 && families.size() == 2) {
            found.add(other(found.getFirst()));
        }
        service.set(FAMILIES, found);
    }
}
