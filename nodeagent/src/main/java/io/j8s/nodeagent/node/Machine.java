package io.j8s.nodeagent.node;

import io.fabric8.kubernetes.api.model.NodeSystemInfo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// What the kernel tells about this machine.
public record Machine(int processors, long memoryBytes, long hugePages2MiBytes) {

    public static Machine read() throws IOException {
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                meminfo("MemTotal:") * 1024,
                meminfo("HugePages_Total:") * 2 * 1024 * 1024);
    }

    /// Bytes that programs can have without taking from others.
    public static long memoryAvailable() throws IOException {
        return meminfo("MemAvailable:") * 1024;
    }

    private static long meminfo(String name) throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/meminfo"))) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.substring(name.length()).replace("kB", "").strip());
            }
        }
        return 0;
    }

    public static String architecture() {
        var arch = System.getProperty("os.arch");
        return switch (arch) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> arch;
        };
    }

    static NodeSystemInfo info(String runtimeVersion, String kubeletVersion) {
        var info = new NodeSystemInfo();
        info.setArchitecture(architecture());
        info.setOperatingSystem("linux");
        info.setKernelVersion(text("/proc/sys/kernel/osrelease"));
        info.setMachineID(text("/etc/machine-id"));
        info.setSystemUUID(text("/sys/class/dmi/id/product_uuid").toLowerCase(Locale.ROOT));
        info.setBootID(text("/proc/sys/kernel/random/boot_id"));
        info.setOsImage(osImage());
        info.setContainerRuntimeVersion(runtimeVersion);
        info.setKubeletVersion(kubeletVersion);
        info.setKubeProxyVersion("");
        return info;
    }

    private static String osImage() {
        return text("/etc/os-release")
                .lines()
                .filter(line -> line.startsWith("PRETTY_NAME="))
                .map(line -> line.substring(12).replace("\"", ""))
                .findFirst()
                .orElse("Unknown");
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            return ""; // not every machine has each of these
        }
    }
}
