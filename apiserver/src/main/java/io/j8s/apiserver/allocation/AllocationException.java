package io.j8s.apiserver.allocation;

/// Why an address or port cannot be had, with upstream's text.
final class AllocationException extends Exception {

    static final String IP_TAKEN = "provided IP is already allocated";
    static final String PORT_TAKEN = "provided port is already allocated";
    static final String FULL = "range is full";
    static final String OTHER_NETWORK = "the provided network does not match the current range";

    AllocationException(String message) {
        super(message, null, false, false);
    }
}
