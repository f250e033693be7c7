package io.j8s.nodeagent.volumes;

/// The CSI drivers of this node: none registers here yet.
final class Drivers {

    private Drivers() {}

    /// Upstream's answer for a driver that has not registered with the kubelet.
    static String missing(String driver) {
        return "driver name %s not found in the list of registered CSI drivers".formatted(driver);
    }
}
