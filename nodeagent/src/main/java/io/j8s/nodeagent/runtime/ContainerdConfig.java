package io.j8s.nodeagent.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The configuration file of an instance's containerd, in the form that 1.6 reads and later
/// versions convert.
final class ContainerdConfig {

    private static final int CAP_SYS_RESOURCE = 24;

    private ContainerdConfig() {}

    static String of(NodePaths paths, Path cniPlugins) throws IOException {
        return """
        # Written by j8s at each start.
        version = 2
        root = "%s"
        state = "%s"
        [grpc]
          address = "%s"
        [debug]
          level = "warn"
        [plugins."io.containerd.internal.v1.opt"]
          path = "%s"
        [plugins."io.containerd.gc.v1.scheduler"]
          # of its time: a look for garbage takes a third of a millisecond, so by default (0.02) the next comes 16 ms later
          pause_threshold = 0.0005
        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "%s"
          stream_server_address = "127.0.0.1"
          stream_server_port = "0"
          # without CAP_SYS_RESOURCE no score may be lowered, and every sandbox would fail
          restrict_oom_score_adj = %s
          # an `ip netns add` on the host covers /run/netns and with it the pods' mounts there
          netns_mounts_under_state_dir = true
          tolerate_missing_hugetlb_controller = true
          [plugins."io.containerd.grpc.v1.cri".containerd]
            default_runtime_name = "runc"
            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
              runtime_type = "io.containerd.runc.v2"
              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                Root = "%s"
                SystemdCgroup = false
          [plugins."io.containerd.grpc.v1.cri".cni]
            bin_dir = "%s"
            conf_dir = "%s"
          [plugins."io.containerd.grpc.v1.cri".registry]
            config_path = "%s"
        """
                .formatted(
                        paths.runtimeRoot(),
                        paths.runtimeState(),
                        paths.socket(),
                        paths.runtimeRoot().resolve("opt"),
                        PauseImage.NAME,
                        !hasSysResource(),
                        paths.run().resolve("runc"),
                        cniPlugins,
                        paths.cniConfig(),
                        paths.registries());
    }

    /// Whether this process, and so a containerd it starts, may lower OOM scores.
    private static boolean hasSysResource() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapEff:"))
                .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .anyMatch(effective -> (effective >> CAP_SYS_RESOURCE & 1) == 1);
    }
}
