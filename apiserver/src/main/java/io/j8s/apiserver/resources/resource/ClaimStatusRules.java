package io.j8s.apiserver.resources.resource;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.DriverNames;
import io.j8s.apiserver.schema.Tree;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// What may become of a claim: who allocates and who reserves it.
final class ClaimStatusRules {

    private static final int RESERVED_MAX = 256; // upstream: ResourceClaimReservedForMaxSize
    private static final int RESULTS_MAX = 32;
    private static final int CONFIG_MAX = 64; // of the class and of the claim

    private ClaimStatusRules() {}

    static void validate(At status, Tree claim, Tree old) {
        reserved(status, claim, old);
        At allocation = status.at("allocation");
        if (allocation == null) {
            return;
        }
        if (old.has("status.allocation")) {
            if (!claim.semanticallyEquals(old, "status.allocation")) {
                status.later().invalid("allocation", null, "field cannot be modified once set");
            }
            return;
        }
        Tree devices = claim.tree("spec.devices");
        allocation(allocation, devices == null ? Map.of() : DeviceClaimRules.names(devices));
    }

    private static void reserved(At status, Tree claim, Tree old) {
        var reserved = status.each("reservedFor");
        if (!DeviceNames.fits(status.later(), "reservedFor", reserved.size(), RESERVED_MAX)) {
            return;
        }
        var seen = new HashSet<String>();
        for (At each : reserved) {
            each.present("resource");
            each.present("name");
            each.present("uid");
            if (!seen.add(each.string("uid"))) {
                each.later().errors().duplicate(each.path(), each.string("uid"));
            }
        }
        if (reserved.isEmpty()) {
            return;
        }
        if (!status.has("allocation")) {
            status.forbidden("reservedFor", "may not be specified when `allocated` is not set");
        } else if (claim.has("metadata.deletionTimestamp")
                && reserved.stream()
                        .anyMatch(each ->
                                old.trees("status.reservedFor").stream()
                                        .noneMatch(each.tree()::semanticallyEquals))) {
            status.forbidden(
                    "reservedFor",
                    "new entries may not be added while `deallocationRequested` or"
                            + " `deletionTimestamp` are set");
        }
    }

    private static void allocation(At allocation, Map<String, Set<String>> names) {
        var results = allocation.each("devices.results");
        if (DeviceNames.fits(allocation.later(), "devices.results", results.size(), RESULTS_MAX)) {
            for (At result : results) {
                DeviceClaimRules.reference(result, "request", result.string("request"), names);
                DriverNames.declared(result.later(), "driver");
                DeviceNames.pool(result.later(), "pool");
                result.dnsLabel("device");
            }
        }
        var config = allocation.each("devices.config");
        if (DeviceNames.fits(allocation.later(), "devices.config", config.size(), CONFIG_MAX)) {
            for (At each : config) {
                if (each.later().present("source")) {
                    each.later().optionalOneOf("source", "FromClaim", "FromClass");
                }
                DeviceClaimRules.references(each, names);
                DeviceClaimRules.configuration(each);
            }
        }
    }
}
