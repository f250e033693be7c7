package io.j8s.controllers;

/// Which component an event of a controller names as its source: upstream's own names, which are
/// not always the controllers'.
final class EventSources {

    private EventSources() {}

    static String of(String controller) {
        return switch (controller) {
            case "disruption-controller" -> "controllermanager";
            case "endpoints-controller" -> "endpoint-controller";
            case "endpointslice-controller" -> "endpoint-slice-controller";
            case "endpointslice-mirroring-controller" -> "endpoint-slice-mirroring-controller";
            case "ephemeral-volume-controller" -> "ephemeral_volume";
            case "node-ipam-controller" -> "cidrAllocator";
            case "node-lifecycle-controller" -> "node-controller";
            case "persistentvolume-binder-controller" -> "persistentvolume-controller";
            case "replicationcontroller-controller" -> "replication-controller";
            case "resourceclaim-controller" -> "resource_claim";
            default -> controller;
        };
    }
}
