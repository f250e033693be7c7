package io.j8s.nodeagent.cgroups;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/// The control groups of pods and of the classes above them. Version 1 has one tree a controller,
/// version 2 one tree; paths are below the tree's root, such as `/j8s-12345678/kubepods/pod1`.
public interface Cgroups {

    /// Creates the group and those above it, and sets its limits. Idempotent.
    void create(String path, CgroupLimits limits) throws IOException;

    /// Removes the group and those below it; they must have no processes. Idempotent.
    void remove(String path) throws IOException;

    boolean exists(String path);

    /// Bytes that the group uses, without what can be dropped at once. Empty when it is not there.
    OptionalLong workingSet(String path);

    /// Processor time of the group so far.
    OptionalLong cpuNanos(String path);

    /// The version that this host uses.
    static Cgroups ofHost() {
        var root = Path.of("/sys/fs/cgroup");
        return Files.exists(root.resolve("cgroup.controllers"))
                ? new CgroupsV2(root)
                : new CgroupsV1(root);
    }
}
