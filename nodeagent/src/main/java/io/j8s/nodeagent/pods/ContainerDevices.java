package io.j8s.nodeagent.pods;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.j8s.cri.v1.Device;
import io.j8s.nodeagent.core.ConfigException;
import io.j8s.nodeagent.core.PodFacts;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The block devices that a container is given by its `volumeDevices`. Pure. upstream:
/// makeBlockVolumes
final class ContainerDevices {

    private ContainerDevices() {}

    /// @param volumes the device of each volume of mode Block
    static List<Device> of(Pod pod, Container container, Map<String, Path> volumes)
            throws ConfigException {
        var devices = new ArrayList<Device>();
        for (var device : container.getVolumeDevices()) {
            if (!device.getDevicePath().startsWith("/")) {
                throw ConfigException.ofContainer(
                        "error DevicePath `%s` must be an absolute path"
                                .formatted(device.getDevicePath()));
            }
            var path = volumes.get(device.getName());
            if (path == null) {
                throw ConfigException.ofContainer(
                        "cannot find volume \"%s\" to pass into container \"%s\""
                                .formatted(device.getName(), container.getName()));
            }
            devices.add(
                    Device.newBuilder()
                            .setHostPath(path.toString())
                            .setContainerPath(device.getDevicePath())
                            .setPermissions(
                                    PodFacts.isReadOnly(pod, device.getName()) ? "r" : "mrw")
                            .build());
        }
        return devices;
    }
}
