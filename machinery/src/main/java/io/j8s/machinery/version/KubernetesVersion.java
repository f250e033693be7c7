package io.j8s.machinery.version;

/// The version that `/version`, the node's `kubeletVersion` and `j8s version` tell.
public final class KubernetesVersion {

    public static final String MAJOR = "1";
    public static final String MINOR = "37";

    /// Upstream's release whose API is served (FACTS: `k8s.io/api` v0.37.2); the build metadata
    /// says who serves it and does not count when clients compare versions.
    public static final String GIT_VERSION = "v1.37.2+j8s";

    public static final String GIT_COMMIT = "";
    public static final String GIT_TREE_STATE = "clean";
    public static final String BUILD_DATE = "1970-01-01T00:00:00Z";

    /// Nothing here is made by Go.
    public static final String GO_VERSION = "";

    public static final String COMPILER = "java";

    private KubernetesVersion() {}

    /// System and processor, by Go's names.
    public static String platform() {
        var processor = System.getProperty("os.arch", "");
        return "linux/" + (processor.equals("aarch64") ? "arm64" : processor);
    }
}
