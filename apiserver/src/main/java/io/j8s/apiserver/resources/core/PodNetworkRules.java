package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.machinery.names.IpRules;
import io.j8s.machinery.names.NameRules;

/// Rules about how a pod is on the network and which of the node's namespaces it shares.
final class PodNetworkRules {

    private static final int NAMESERVERS_MAX = 3; // upstream: MaxDNSNameservers
    private static final int SEARCHES_MAX = 32; // upstream: MaxDNSSearchPaths
    private static final int SEARCH_CHARACTERS_MAX = 2048; // upstream: MaxDNSSearchListChars

    private PodNetworkRules() {}

    static void hostNetworkPorts(At spec, boolean isPod) {
        if (!spec.bool("hostNetwork")) {
            return;
        }
        for (At container : spec.each("containers")) {
            for (At port : container.each("ports")) {
                long host = port.number("hostPort");
                if ((isPod || host != 0) && host != port.number("containerPort")) {
                    port.invalid(
                            "hostPort",
                            host,
                            "must match `containerPort` when `hostNetwork` is true");
                }
            }
        }
    }

    static void dns(At spec) {
        At config = spec.at("dnsConfig");
        if (spec.string("dnsPolicy").equals("None")) {
            if (config == null) {
                spec.required("dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None");
                return;
            }
            if (config.strings("nameservers").isEmpty()) {
                config.required(
                        "nameservers",
                        "must provide at least one DNS nameserver when `dnsPolicy` is None");
                return;
            }
        }
        if (config == null) {
            return;
        }
        var servers = config.strings("nameservers");
        if (servers.size() > NAMESERVERS_MAX) {
            config.invalid(
                    "nameservers", "must not have more than " + NAMESERVERS_MAX + " nameservers");
        }
        for (int i = 0; i < servers.size(); i++) {
            config.all(
                    "nameservers[" + i + "]",
                    servers.get(i),
                    IpRules.legacyAddress(servers.get(i), true));
        }
        var searches = config.strings("searches");
        if (searches.size() > SEARCHES_MAX) {
            config.invalid("searches", "must not have more than " + SEARCHES_MAX + " search paths");
        }
        if (String.join(" ", searches).length() > SEARCH_CHARACTERS_MAX) {
            config.invalid(
                    "searches",
                    "must not have more than "
                            + SEARCH_CHARACTERS_MAX
                            + " characters (including spaces) in the search list");
        }
        for (int i = 0; i < searches.size(); i++) {
            String search = searches.get(i);
            if (!search.equals(".")) {
                String bare =
                        search.endsWith(".") ? search.substring(0, search.length() - 1) : search;
                config.all(
                        "searches[" + i + "]",
                        bare,
                        NameRules.dns1123SubdomainWithUnderscore(bare));
            }
        }
        for (At option : config.each("options")) {
            if (option.string("name").isEmpty()) {
                option.errors().required(option.path(), "must not be empty");
            }
        }
    }

    static void hostAliases(At spec) {
        for (At alias : spec.each("hostAliases")) {
            alias.address("ip");
            var names = alias.strings("hostnames");
            for (int i = 0; i < names.size(); i++) {
                alias.all(
                        "hostnames[" + i + "]",
                        names.get(i),
                        NameRules.dns1123Subdomain(names.get(i)));
            }
        }
    }

    static void hostUsers(At spec, boolean hostUsers) {
        if (hostUsers) {
            return;
        }
        String text = "when `hostUsers` is false";
        if (spec.bool("hostNetwork")) {
            spec.forbidden("hostNetwork", text);
        }
        if (spec.bool("hostPID")) {
            spec.errors().forbidden(spec.path() + ".HostPID", text);
        }
        if (spec.bool("hostIPC")) {
            spec.errors().forbidden(spec.path() + ".HostIPC", text);
        }
        for (String list : PodValidation.CONTAINERS) {
            for (At container : spec.each(list)) {
                if (!container.tree().trees("volumeDevices").isEmpty()) {
                    container.forbidden("volumeDevices", text);
                }
            }
        }
    }
}
