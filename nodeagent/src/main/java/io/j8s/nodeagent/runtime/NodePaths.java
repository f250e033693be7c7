package io.j8s.nodeagent.runtime;

import io.j8s.machinery.instance.InstanceId;

import java.io.IOException;
import java.nio.file.Path;

/// Where one instance keeps what on the host, and what its host resources are called. What must
/// survive a reboot is under the data directory; sockets and mounts are under `/run`, also because
/// a socket's path may have no more than 107 bytes.
///
/// @param root the node part of the data directory
public record NodePaths(Path root, InstanceId instance) {

    /// @param dataDirectory must exist: the instance's name is made of its real path
    public static NodePaths of(Path dataDirectory) throws IOException {
        return new NodePaths(
                dataDirectory.toRealPath().resolve("node"), InstanceId.of(dataDirectory));
    }

    /// The name of the bridge, the CNI network and the cgroup parent.
    public String name() {
        return instance.named("j8s");
    }

    /// The routes to other nodes' pods that were made, for whoever takes them away.
    public Path routes() {
        return root.resolve("routes");
    }

    /// The table that holds the rules of this instance's pod network.
    public String nftTable() {
        return "j8s_" + instance.value();
    }

    public String cgroupParent() {
        return "/" + name();
    }

    public Path run() {
        return Path.of("/run", name());
    }

    public Path socket() {
        return run().resolve("containerd.sock");
    }

    public Path runtimeState() {
        return run().resolve("containerd");
    }

    public Path runtimeRoot() {
        return root.resolve("containerd");
    }

    public Path runtimeConfig() {
        return root.resolve("containerd.toml");
    }

    public Path runtimePid() {
        return run().resolve("containerd.pid");
    }

    public Path runtimeLog() {
        return logs().resolve("containerd.log");
    }

    /// One directory a registry with a `hosts.toml`, as containerd reads them.
    public Path registries() {
        return root.resolve("certs.d");
    }

    public Path cniConfig() {
        return root.resolve("cni/net.d");
    }

    public Path cniAddresses() {
        return root.resolve("cni/ipam");
    }

    public Path logs() {
        return root.resolve("log");
    }

    public Path podLogs() {
        return logs().resolve("pods");
    }

    public Path pods() {
        return root.resolve("pods");
    }

    /// What one pod's volumes, hosts file and termination messages live in.
    public Path pod(String uid) {
        return pods().resolve(uid);
    }

    /// With what each image was pulled.
    public Path pullRecords() {
        return root.resolve("image-pulls");
    }

    public Path seccompProfiles() {
        return root.resolve("seccomp");
    }

    public Path staticPods() {
        return root.resolve("manifests");
    }
}
