package io.j8s.machinery.version;

/// The version that `/version`, the node's `kubeletVersion` and `j8s version` tell.
public final class KubernetesVersion {

    public static final String MAJOR = "1";
    public static final String MINOR = "37";

    /// Upstream's release whose API is served (FACTS: `k8s.io/api` v0.37.2); the build metadata
    /// says who serves it and does not count when clients compare versions.
    public static final String GIT_VERSION = "v1.37.2+j8s";

    private KubernetesVersion() {}
}
