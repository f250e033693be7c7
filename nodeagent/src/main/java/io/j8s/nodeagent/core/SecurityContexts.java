package io.j8s.nodeagent.core;

import io.fabric8.kubernetes.api.model.AppArmorProfile;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.SELinuxOptions;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.j8s.cri.v1.Capability;
import io.j8s.cri.v1.Image;
import io.j8s.cri.v1.Int64Value;
import io.j8s.cri.v1.LinuxContainerSecurityContext;
import io.j8s.cri.v1.LinuxSandboxSecurityContext;
import io.j8s.cri.v1.NamespaceMode;
import io.j8s.cri.v1.NamespaceOption;
import io.j8s.cri.v1.SELinuxOption;
import io.j8s.cri.v1.SecurityProfile;
import io.j8s.cri.v1.SupplementalGroupsPolicy;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;

/// Security contexts of pods and containers in the runtime's terms. Pure. A container's own setting
/// wins over the pod's.
public final class SecurityContexts {

    private static final List<String> MASKED =
            List.of(
                    "/proc/asound",
                    "/proc/acpi",
                    "/proc/interrupts",
                    "/proc/kcore",
                    "/proc/keys",
                    "/proc/latency_stats",
                    "/proc/timer_list",
                    "/proc/timer_stats",
                    "/proc/sched_debug",
                    "/proc/scsi",
                    "/sys/firmware",
                    "/sys/devices/virtual/powercap");
    private static final List<String> READ_ONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private SecurityContexts() {}

    public static LinuxSandboxSecurityContext ofSandbox(Pod pod, Path seccompProfiles)
            throws ConfigException {
        var context =
                LinuxSandboxSecurityContext.newBuilder()
                        .setNamespaceOptions(namespaces(pod, ""))
                        .setPrivileged(isAnyPrivileged(pod))
                        .setSeccomp(
                                SecurityProfile.newBuilder()
                                        .setProfileType(
                                                SecurityProfile.ProfileType.RuntimeDefault));
        var own = pod.getSpec().getSecurityContext();
        if (own == null) {
            return context.build();
        }
        if (own.getRunAsUser() != null) {
            context.setRunAsUser(value(own.getRunAsUser()));
            if (own.getRunAsGroup() != null) {
                context.setRunAsGroup(value(own.getRunAsGroup()));
            }
        }
        if (own.getSeccompProfile() != null) {
            context.setSeccomp(seccomp(own.getSeccompProfile(), seccompProfiles));
        }
        context.addAllSupplementalGroups(groups(own));
        if (own.getSeLinuxOptions() != null) {
            context.setSelinuxOptions(selinux(own.getSeLinuxOptions()));
        }
        return context.build();
    }

    /// @param image what the image itself says about its user
    /// @param targetId the container whose process namespace an ephemeral container shares, or
    ///   empty
    public static LinuxContainerSecurityContext ofContainer(
            Pod pod, Container container, Image image, String targetId, Path seccompProfiles)
            throws ConfigException {
        var ofPod =
                pod.getSpec().getSecurityContext() == null
                        ? new PodSecurityContext()
                        : pod.getSpec().getSecurityContext();
        var own =
                container.getSecurityContext() == null
                        ? new SecurityContext()
                        : container.getSecurityContext();
        verifyNonRoot(pod, container, ofPod, own, image);
        boolean isPrivileged = Boolean.TRUE.equals(own.getPrivileged());
        var context =
                LinuxContainerSecurityContext.newBuilder()
                        .setNamespaceOptions(namespaces(pod, targetId))
                        .setPrivileged(isPrivileged)
                        .setReadonlyRootfs(Boolean.TRUE.equals(own.getReadOnlyRootFilesystem()))
                        .setNoNewPrivs(isWithoutNewPrivileges(own))
                        .addAllSupplementalGroups(groups(ofPod))
                        .setSeccomp(seccompOf(ofPod, own, isPrivileged, seccompProfiles));
        if ("Strict".equals(ofPod.getSupplementalGroupsPolicy())) {
            context.setSupplementalGroupsPolicy(SupplementalGroupsPolicy.Strict);
        }
        addUser(context, ofPod, own, image);
        if (own.getCapabilities() != null) {
            context.setCapabilities(
                    Capability.newBuilder()
                            .addAllAddCapabilities(own.getCapabilities().getAdd())
                            .addAllDropCapabilities(own.getCapabilities().getDrop()));
        }
        var selinux =
                own.getSeLinuxOptions() == null
                        ? ofPod.getSeLinuxOptions()
                        : own.getSeLinuxOptions();
        if (selinux != null) {
            context.setSelinuxOptions(selinux(selinux));
        }
        var apparmor =
                own.getAppArmorProfile() == null
                        ? ofPod.getAppArmorProfile()
                        : own.getAppArmorProfile();
        if (apparmor != null && !isPrivileged) {
            context.setApparmor(apparmor(apparmor));
        }
        if (!isPrivileged && !"Unmasked".equals(own.getProcMount())) {
            context.addAllMaskedPaths(MASKED).addAllReadonlyPaths(READ_ONLY);
        }
        return context.build();
    }

    public static boolean isAnyPrivileged(Pod pod) {
        return PodFacts.allContainers(pod).stream()
                .map(Container::getSecurityContext)
                .anyMatch(own -> own != null && Boolean.TRUE.equals(own.getPrivileged()));
    }

    private static void addUser(
            LinuxContainerSecurityContext.Builder context,
            PodSecurityContext ofPod,
            SecurityContext own,
            Image image) {
        Long user = own.getRunAsUser() == null ? ofPod.getRunAsUser() : own.getRunAsUser();
        Long group = own.getRunAsGroup() == null ? ofPod.getRunAsGroup() : own.getRunAsGroup();
        if (user != null) {
            context.setRunAsUser(value(user));
        } else if (!image.getUsername().isEmpty()) {
            context.setRunAsUsername(image.getUsername());
        } else if (image.hasUid()) {
            context.setRunAsUser(image.getUid());
        }
        if (group != null) {
            context.setRunAsGroup(value(group));
        }
    }

    /// upstream: verifyRunAsNonRoot
    private static void verifyNonRoot(
            Pod pod,
            Container container,
            PodSecurityContext ofPod,
            SecurityContext own,
            Image image)
            throws ConfigException {
        Boolean wanted =
                own.getRunAsNonRoot() == null ? ofPod.getRunAsNonRoot() : own.getRunAsNonRoot();
        if (!Boolean.TRUE.equals(wanted)) {
            return;
        }
        var where =
                "(pod: \"%s\", container: %s)"
                        .formatted(PodFacts.inMessages(pod), container.getName());
        Long user = own.getRunAsUser() == null ? ofPod.getRunAsUser() : own.getRunAsUser();
        if (user != null) {
            if (user == 0) {
                throw ConfigException.ofContainer(
                        "container's runAsUser breaks non-root policy " + where);
            }
            return;
        }
        if (!image.getUsername().isEmpty()) {
            throw ConfigException.ofContainer(
                    "container has runAsNonRoot and image has non-numeric user (%s), cannot verify"
                                    .formatted(image.getUsername())
                            + " user is non-root "
                            + where);
        }
        if (!image.hasUid() || image.getUid().getValue() == 0) {
            throw ConfigException.ofContainer(
                    "container has runAsNonRoot and image will run as root " + where);
        }
    }

    private static boolean isWithoutNewPrivileges(SecurityContext own) {
        return Boolean.FALSE.equals(own.getAllowPrivilegeEscalation());
    }

    private static SecurityProfile seccompOf(
            PodSecurityContext ofPod, SecurityContext own, boolean isPrivileged, Path profiles)
            throws ConfigException {
        var profile =
                own.getSeccompProfile() == null
                        ? ofPod.getSeccompProfile()
                        : own.getSeccompProfile();
        if (profile == null || isPrivileged) {
            return SecurityProfile.newBuilder()
                    .setProfileType(SecurityProfile.ProfileType.Unconfined)
                    .build();
        }
        return seccomp(profile, profiles);
    }

    private static SecurityProfile seccomp(SeccompProfile profile, Path profiles)
            throws ConfigException {
        var result = SecurityProfile.newBuilder();
        return switch (profile.getType()) {
            case "RuntimeDefault" ->
                    result.setProfileType(SecurityProfile.ProfileType.RuntimeDefault).build();
            case "Localhost" -> {
                var file = profile.getLocalhostProfile();
                if (file == null || file.isEmpty()) {
                    throw ConfigException.ofContainer(
                            "localhostProfile must be set if seccompProfile type is Localhost.");
                }
                yield result.setProfileType(SecurityProfile.ProfileType.Localhost)
                        .setLocalhostRef(profiles.resolve(file).toString())
                        .build();
            }
            default -> result.setProfileType(SecurityProfile.ProfileType.Unconfined).build();
        };
    }

    private static SecurityProfile apparmor(AppArmorProfile profile) {
        var result = SecurityProfile.newBuilder();
        var name = profile.getLocalhostProfile();
        return switch (profile.getType()) {
            case "RuntimeDefault" ->
                    result.setProfileType(SecurityProfile.ProfileType.RuntimeDefault).build();
            case "Localhost" ->
                    result.setProfileType(SecurityProfile.ProfileType.Localhost)
                            .setLocalhostRef(name == null ? "" : name)
                            .build();
            default -> result.setProfileType(SecurityProfile.ProfileType.Unconfined).build();
        };
    }

    private static NamespaceOption namespaces(Pod pod, String targetId) {
        var spec = pod.getSpec();
        var options =
                NamespaceOption.newBuilder()
                        .setNetwork(
                                PodFacts.isHostNetwork(pod)
                                        ? NamespaceMode.NODE
                                        : NamespaceMode.POD)
                        .setIpc(
                                Boolean.TRUE.equals(spec.getHostIPC())
                                        ? NamespaceMode.NODE
                                        : NamespaceMode.POD)
                        .setPid(NamespaceMode.CONTAINER);
        if (Boolean.TRUE.equals(spec.getHostPID())) {
            options.setPid(NamespaceMode.NODE);
        } else if (Boolean.TRUE.equals(spec.getShareProcessNamespace())) {
            options.setPid(NamespaceMode.POD);
        } else if (!targetId.isEmpty()) {
            options.setPid(NamespaceMode.TARGET).setTargetId(targetId);
        }
        return options.build();
    }

    private static List<Long> groups(PodSecurityContext ofPod) {
        var groups = new java.util.ArrayList<>(ofPod.getSupplementalGroups());
        if (ofPod.getFsGroup() != null) {
            groups.add(ofPod.getFsGroup());
        }
        return groups;
    }

    private static SELinuxOption selinux(SELinuxOptions options) {
        return SELinuxOption.newBuilder()
                .setUser(orEmpty(options.getUser()))
                .setRole(orEmpty(options.getRole()))
                .setType(orEmpty(options.getType()))
                .setLevel(orEmpty(options.getLevel()))
                .build();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static Int64Value value(long number) {
        return Int64Value.newBuilder().setValue(number).build();
    }
}
