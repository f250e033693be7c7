package io.j8s.apiserver.resources.resource;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.DriverNames;
import io.j8s.machinery.names.NameRules;

import java.util.List;

/// Names in resource.k8s.io: of pools, and of attributes and capacities of devices.
final class DeviceNames {

    private static final int ID_LENGTH_MAX = 32; // upstream: DeviceMaxIDLength

    private DeviceNames() {}

    static void pool(At at, String field) {
        if (!at.present(field)) {
            return;
        }
        String name = at.string(field);
        if (NameRules.utf8Length(name) > NameRules.SUBDOMAIN_LENGTH_MAX) {
            at.errors().tooLong(at.path(field), NameRules.SUBDOMAIN_LENGTH_MAX);
        }
        for (String part : name.split("/", -1)) {
            at.all(field, part, NameRules.dns1123Subdomain(part));
        }
    }

    /// `[domain/]identifier`.
    static void qualified(At at, String field, String name) {
        String[] parts = name.split("/", -1);
        if (parts.length == 1) {
            identifier(at, field, parts[0]);
        } else if (parts.length == 2) {
            if (parts[0].isEmpty()) {
                at.invalid(field, "", "the domain must not be empty");
            } else {
                DriverNames.validate(at, field, parts[0]);
            }
            if (parts[1].isEmpty()) {
                at.invalid(field, "", "the name must not be empty");
            } else {
                identifier(at, field, parts[1]);
            }
        }
    }

    /// `domain/identifier`, by upstream's declared rule.
    static void fullyQualified(At at, String field) {
        String name = at.string(field);
        String[] parts = name.split("/", -1);
        if (parts.length != 2) {
            at.invalid(
                    field,
                    name,
                    "a fully qualified name must be a domain and a name separated by a slash");
            return;
        }
        if (parts[0].isEmpty()) {
            at.invalid(field, "", "prefix must not be empty");
        } else {
            if (parts[0].length() > NameRules.LABEL_LENGTH_MAX) {
                at.errors().tooLong(at.path(field), NameRules.LABEL_LENGTH_MAX);
            }
            for (String text : NameRules.dns1123Subdomain(parts[0])) {
                at.invalid(field, parts[0], "prefix: " + text);
            }
        }
        if (parts[1].isEmpty()) {
            at.invalid(field, "", "name must not be empty");
        } else {
            identifier(at, field, parts[1]);
        }
    }

    private static void identifier(At at, String field, String id) {
        if (NameRules.utf8Length(id) > ID_LENGTH_MAX) {
            at.errors().tooLong(at.path(field), ID_LENGTH_MAX);
        }
        at.all(field, id, NameRules.cIdentifier(id));
    }

    /// A list of names, each once.
    static void distinct(At at, String list, List<String> keys) {
        var seen = new java.util.HashSet<String>();
        for (int i = 0; i < keys.size(); i++) {
            if (!seen.add(keys.get(i))) {
                at.later().duplicate(list + "[" + i + "]", keys.get(i));
            }
        }
    }

    /// @return whether the list may be looked into
    static boolean fits(At at, String list, int size, int max) {
        if (size <= max) {
            return true;
        }
        at.errors().tooMany(at.path(list), size, max);
        return false;
    }
}
