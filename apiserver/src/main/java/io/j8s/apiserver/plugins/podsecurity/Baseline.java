package io.j8s.apiserver.plugins.podsecurity;

import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.errors.FieldErrors;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// The baseline standard: keeps known privilege escalations out (upstream:
/// `pod-security-admission/policy/check_*.go`). Pure.
final class Baseline {

    private static final Set<String> CAPABILITIES =
            Set.of(
                    "AUDIT_WRITE",
                    "CHOWN",
                    "DAC_OVERRIDE",
                    "FOWNER",
                    "FSETID",
                    "KILL",
                    "MKNOD",
                    "NET_BIND_SERVICE",
                    "SETFCAP",
                    "SETGID",
                    "SETPCAP",
                    "SETUID",
                    "SYS_CHROOT");
    private static final Set<String> SYSCTLS =
            Set.of(
                    "kernel.shm_rmid_forced",
                    "net.ipv4.ip_local_port_range",
                    "net.ipv4.ip_local_reserved_ports",
                    "net.ipv4.ip_unprivileged_port_start",
                    "net.ipv4.ping_group_range",
                    "net.ipv4.tcp_fin_timeout",
                    "net.ipv4.tcp_keepalive_intvl",
                    "net.ipv4.tcp_keepalive_probes",
                    "net.ipv4.tcp_keepalive_time",
                    "net.ipv4.tcp_rmem",
                    "net.ipv4.tcp_syncookies",
                    "net.ipv4.tcp_wmem");
    private static final Set<String> SELINUX_TYPES =
            Set.of("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t");
    private static final String APPARMOR = "container.apparmor.security.beta.kubernetes.io/";

    /// Those that the restricted standard keeps too.
    static final List<Function<Checks, List<Violation>>> KEPT =
            List.of(
                    Baseline::appArmor,
                    Baseline::hostNamespaces,
                    Baseline::hostPorts,
                    Baseline::hostProbes,
                    Baseline::privileged,
                    Baseline::procMount,
                    Baseline::seLinux,
                    Baseline::sysctls,
                    Baseline::hostProcess);

    static final List<Function<Checks, List<Violation>>> ALL =
            List.of(
                    Baseline::appArmor,
                    Baseline::capabilities,
                    Baseline::hostNamespaces,
                    Baseline::hostPaths,
                    Baseline::hostPorts,
                    Baseline::hostProbes,
                    Baseline::privileged,
                    Baseline::procMount,
                    Baseline::seLinux,
                    Baseline::seccomp,
                    Baseline::sysctls,
                    Baseline::hostProcess);

    private Baseline() {}

    private static List<Violation> appArmor(Checks pod) {
        var bad = new ArrayList<String>();
        var type = pod.spec().string("securityContext.appArmorProfile.type", "");
        if (type.equals("Unconfined")) {
            bad.add("pod must not set AppArmor profile type to \"Unconfined\"");
        }
        var containers =
                pod.containers(container ->
                        container
                                .string("securityContext.appArmorProfile.type", "")
                                .equals("Unconfined"));
        if (!containers.isEmpty()) {
            bad.add(
                    Violation.containers(containers)
                            + " must not set AppArmor profile type to \"Unconfined\"");
        }
        for (var annotation : new TreeSet<>(pod.annotations().keySet())) {
            var value = String.valueOf(pod.annotations().get(annotation));
            if (annotation.startsWith(APPARMOR) && !isAllowedProfile(value)) {
                bad.add(
                        "annotation must not set AppArmor profile type to "
                                + FieldErrors.quote(annotation + "=" + value));
            }
        }
        if (bad.isEmpty()) {
            return Checks.none();
        }
        return Checks.one(
                bad.size() == 1 ? "forbidden AppArmor profile" : "forbidden AppArmor profiles",
                String.join(", ", bad));
    }

    private static boolean isAllowedProfile(String value) {
        return value.isEmpty() || value.equals("runtime/default") || value.startsWith("localhost/");
    }

    private static List<Violation> capabilities(Checks pod) {
        return addedCapabilities(pod, CAPABILITIES)
                .map(detail -> Checks.one("non-default capabilities", detail))
                .orElseGet(Checks::none);
    }

    static Optional<String> addedCapabilities(Checks pod, Set<String> allowed) {
        var containers = new ArrayList<String>();
        var forbidden = new TreeSet<String>();
        for (var container : pod.containers()) {
            var own = new TreeSet<>(container.strings("securityContext.capabilities.add"));
            own.removeAll(allowed);
            if (!own.isEmpty()) {
                containers.add(container.string("name", ""));
                forbidden.addAll(own);
            }
        }
        return containers.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "%s must not include %s in securityContext.capabilities.add"
                                .formatted(
                                        Violation.containers(containers),
                                        Violation.quoted(forbidden)));
    }

    private static List<Violation> hostNamespaces(Checks pod) {
        var set = new ArrayList<String>();
        for (var field : List.of("hostNetwork", "hostPID", "hostIPC")) {
            if (pod.spec().bool(field, false)) {
                set.add(field + "=true");
            }
        }
        return set.isEmpty()
                ? Checks.none()
                : Checks.one("host namespaces", String.join(", ", set));
    }

    private static List<Violation> hostPaths(Checks pod) {
        var volumes = new ArrayList<String>();
        for (var volume : pod.spec().trees("volumes")) {
            if (volume.has("hostPath")) {
                volumes.add(volume.string("name", ""));
            }
        }
        return volumes.isEmpty()
                ? Checks.none()
                : Checks.one(
                        "hostPath volumes",
                        (volumes.size() == 1 ? "volume " : "volumes ") + Violation.quoted(volumes));
    }

    private static List<Violation> hostPorts(Checks pod) {
        var containers = new ArrayList<String>();
        var ports = new LinkedHashSet<String>();
        for (var container : pod.containers()) {
            boolean uses = false;
            for (var port : container.trees("ports")) {
                int hostPort = port.intValue("hostPort", 0);
                if (hostPort != 0) {
                    ports.add(String.valueOf(hostPort));
                    uses = true;
                }
            }
            if (uses) {
                containers.add(container.string("name", ""));
            }
        }
        if (containers.isEmpty()) {
            return Checks.none();
        }
        return Checks.one(
                "hostPort",
                "%s %s %s %s"
                        .formatted(
                                Violation.containers(containers),
                                containers.size() == 1 ? "uses" : "use",
                                ports.size() == 1 ? "hostPort" : "hostPorts",
                                String.join(", ", ports)));
    }

    /// Since 1.34: probes and hooks must not be sent to other hosts.
    private static List<Violation> hostProbes(Checks pod) {
        var containers = new ArrayList<String>();
        var hosts = new LinkedHashSet<String>();
        for (var container : pod.containers()) {
            int before = hosts.size();
            for (var probe :
                    List.of(
                            "livenessProbe",
                            "readinessProbe",
                            "startupProbe",
                            "lifecycle.postStart",
                            "lifecycle.preStop")) {
                for (var handler : List.of("httpGet", "tcpSocket")) {
                    var host = container.string(probe + "." + handler + ".host", "");
                    if (!host.isEmpty()) {
                        hosts.add(host);
                    }
                }
            }
            if (hosts.size() > before) {
                containers.add(container.string("name", ""));
            }
        }
        return containers.isEmpty()
                ? Checks.none()
                : Checks.one(
                        "probe or lifecycle host",
                        "%s %s probe or lifecycle %s %s"
                                .formatted(
                                        Violation.containers(containers),
                                        containers.size() == 1 ? "uses" : "use",
                                        hosts.size() == 1 ? "host" : "hosts",
                                        Violation.quoted(hosts)));
    }

    private static List<Violation> privileged(Checks pod) {
        var bad = pod.containers(container -> container.bool("securityContext.privileged", false));
        return bad.isEmpty()
                ? Checks.none()
                : Checks.one(
                        "privileged",
                        Violation.containers(bad)
                                + " must not set securityContext.privileged=true");
    }

    private static List<Violation> procMount(Checks pod) {
        var kinds = new TreeSet<String>();
        var bad =
                pod.containers(container -> {
                    var kind = container.string("securityContext.procMount", "Default");
                    if (kind.equals("Default")) {
                        return false;
                    }
                    kinds.add(kind);
                    return true;
                });
        return bad.isEmpty()
                ? Checks.none()
                : Checks.one(
                        "procMount",
                        "%s must not set securityContext.procMount to %s"
                                .formatted(Violation.containers(bad), Violation.quoted(kinds)));
    }

    private static List<Violation> seLinux(Checks pod) {
        var setters = new ArrayList<String>();
        var types = new TreeSet<String>();
        boolean[] sets = new boolean[2];
        if (isBadSeLinux(pod.spec(), types, sets)) {
            setters.add("pod");
        }
        var containers = pod.containers(container -> isBadSeLinux(container, types, sets));
        if (!containers.isEmpty()) {
            setters.add(Violation.containers(containers));
        }
        if (setters.isEmpty()) {
            return Checks.none();
        }
        var data = new ArrayList<String>();
        if (!types.isEmpty()) {
            data.add((types.size() == 1 ? "type " : "types ") + Violation.quoted(types));
        }
        if (sets[0]) {
            data.add("user may not be set");
        }
        if (sets[1]) {
            data.add("role may not be set");
        }
        return Checks.one(
                "seLinuxOptions",
                "%s set forbidden securityContext.seLinuxOptions: %s"
                        .formatted(String.join(" and ", setters), String.join("; ", data)));
    }

    private static boolean isBadSeLinux(Tree holder, Set<String> types, boolean[] sets) {
        var options = holder.tree("securityContext.seLinuxOptions");
        if (options == null) {
            return false;
        }
        boolean bad = false;
        var type = options.string("type", "");
        if (!SELINUX_TYPES.contains(type)) {
            types.add(type);
            bad = true;
        }
        if (!options.string("user", "").isEmpty()) {
            sets[0] = true;
            bad = true;
        }
        if (!options.string("role", "").isEmpty()) {
            sets[1] = true;
            bad = true;
        }
        return bad;
    }

    private static List<Violation> seccomp(Checks pod) {
        var setters = new ArrayList<String>();
        if (isUnconfined(pod.spec())) {
            setters.add("pod");
        }
        var containers = pod.containers(Baseline::isUnconfined);
        if (!containers.isEmpty()) {
            setters.add(Violation.containers(containers));
        }
        return setters.isEmpty()
                ? Checks.none()
                : Checks.one(
                        "seccompProfile",
                        String.join(" and ", setters)
                                + " must not set securityContext.seccompProfile.type to"
                                + " \"Unconfined\"");
    }

    static boolean isUnconfined(Tree holder) {
        return holder.string("securityContext.seccompProfile.type", "").equals("Unconfined");
    }

    private static List<Violation> sysctls(Checks pod) {
        var bad = new ArrayList<String>();
        for (var sysctl : pod.spec().trees("securityContext.sysctls")) {
            if (!SYSCTLS.contains(sysctl.string("name", ""))) {
                bad.add(sysctl.string("name", ""));
            }
        }
        return bad.isEmpty()
                ? Checks.none()
                : Checks.one("forbidden sysctls", String.join(", ", bad));
    }

    private static List<Violation> hostProcess(Checks pod) {
        var setters = new ArrayList<String>();
        var path = "securityContext.windowsOptions.hostProcess";
        if (pod.spec().bool(path, false)) {
            setters.add("pod");
        }
        var containers = pod.containers(container -> container.bool(path, false));
        if (!containers.isEmpty()) {
            setters.add(Violation.containers(containers));
        }
        return setters.isEmpty()
                ? Checks.none()
                : Checks.one(
                        "hostProcess",
                        String.join(" and ", setters)
                                + " must not set securityContext.windowsOptions.hostProcess=true");
    }
}
