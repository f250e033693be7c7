package io.j8s.nodeagent.runtime;

import io.j8s.nodeagent.linux.Sysctl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What the kernel must be set to for pods to reach each other and Services. Each setting is read
/// first and written only when it differs; what can't be set is an error that names it, because
/// without it traffic fails silently.
public final class HostSettings {

    private static final Duration MODPROBE_TIMEOUT = Duration.ofSeconds(10);

    private record Setting(String name, String wanted, String why) {}

    private static final List<Setting> REQUIRED =
            List.of(
                    new Setting("net.ipv4.ip_forward", "1", "pods send through the host"),
                    new Setting(
                            "net.bridge.bridge-nf-call-iptables",
                            "1",
                            "pods on one bridge reach each other through a Service"));

    private static final List<Setting> REQUIRED_FOR_IPV6 =
            List.of(
                    new Setting("net.ipv6.conf.all.forwarding", "1", "pods send through the host"),
                    new Setting(
                            "net.bridge.bridge-nf-call-ip6tables",
                            "1",
                            "pods on one bridge reach each other through a Service"));

    private HostSettings() {}

    /// @param hasIpv6 whether pods have addresses of IPv6
    /// @throws IOException with one sentence for every setting that is wrong and can't be changed
    public static void apply(boolean hasIpv6) throws IOException, InterruptedException {
        if (!Files.exists(Path.of("/proc/sys/net/bridge"))) {
            modprobe("br_netfilter");
        }
        if (!Files.readString(Path.of("/proc/filesystems")).contains("\toverlay\n")) {
            modprobe("overlay");
        }
        var problems = new ArrayList<String>();
        for (var setting : REQUIRED) {
            apply(setting, problems);
        }
        if (hasIpv6) {
            REQUIRED_FOR_IPV6.forEach(setting -> apply(setting, problems));
        }
        if (!problems.isEmpty()) {
            throw new IOException(String.join("; ", problems));
        }
    }

    private static void apply(Setting setting, List<String> problems) {
        try {
            if (!Sysctl.read(setting.name()).equals(setting.wanted())) {
                Sysctl.write(setting.name(), setting.wanted());
            }
        } catch (IOException e) {
            problems.add(
                    "%s must be %s (%s) and can't be set here: %s; run: sysctl -w %s=%s"
                            .formatted(
                                    setting.name(),
                                    setting.wanted(),
                                    setting.why(),
                                    e,
                                    setting.name(),
                                    setting.wanted()));
        }
    }

    /// Tries only: the module may be built in, or the setting that needs it tells what is missing.
    private static void modprobe(String module) throws InterruptedException {
        try {
            HostCommand.run(MODPROBE_TIMEOUT, "modprobe", module);
        } catch (IOException e) {
            // the check that follows names what is missing
        }
    }
}
