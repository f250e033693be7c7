package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Num;
import io.j8s.apiserver.schema.TreeList;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.regex.Pattern;

/// Rules about security contexts of pods and containers.
final class SecurityValidation {

    private static final int SYSCTL_LENGTH_MAX = 253;
    private static final String SYSCTL_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
    private static final String SYSCTL = "^(" + SYSCTL_SEGMENT + "[\\./])*" + SYSCTL_SEGMENT + "$";
    private static final Pattern SYSCTL_PATTERN = Pattern.compile(SYSCTL);
    private static final int PROFILE_LENGTH_MAX = 4095; // PATH_MAX - 1
    private static final int GMSA_BYTES_MAX = 64 * 1024;
    private static final int DOMAIN_LENGTH_MAX = 256;
    private static final int USER_LENGTH_MAX = 104;
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final Pattern NET_BIOS =
            Pattern.compile("[^\\\\/:*?\"<>|.][^\\\\/:*?\"<>|]{0,14}");
    private static final String DNS_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
    private static final Pattern DNS_DOMAIN =
            Pattern.compile(DNS_LABEL + "(?:\\." + DNS_LABEL + ")*");
    private static final Pattern USER_CHARACTERS = Pattern.compile("[\"/\\\\:;|=,+*?<>@\\[\\]]");
    private static final Pattern DOTS_AND_SPACES = Pattern.compile("[. ]+");

    private SecurityValidation() {}

    static void container(@Nullable At context, boolean hostUsers) {
        if (context == null) {
            return;
        }
        user(context, "runAsUser");
        group(context, "runAsGroup");
        String mount = context.string("procMount");
        if (context.has("procMount")) {
            context.optionalOneOf("procMount", "Default", "Unmasked");
            if (hostUsers && mount.equals("Unmasked")) {
                context.invalid("procMount", mount, "`hostUsers` must be false to use `Unmasked`");
            }
        }
        seccomp(context.at("seccompProfile"));
        if (context.has("allowPrivilegeEscalation") && !context.bool("allowPrivilegeEscalation")) {
            if (context.bool("privileged")) {
                whole(
                        context,
                        "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
            }
            for (String capability : context.strings("capabilities.add")) {
                if (capability.equals("CAP_SYS_ADMIN")) {
                    whole(
                            context,
                            "cannot set `allowPrivilegeEscalation` to false and"
                                    + " `capabilities.Add` CAP_SYS_ADMIN");
                }
            }
        }
        windows(context.at("windowsOptions"));
        appArmor(context.at("appArmorProfile"));
    }

    private static void whole(At context, String text) {
        context.errors().invalid(context.path(), context.tree(), text);
    }

    static void pod(At spec) {
        At context = spec.at("securityContext");
        if (context == null) {
            return;
        }
        group(context, "fsGroup");
        user(context, "runAsUser");
        group(context, "runAsGroup");
        if (context.tree().list("supplementalGroups") instanceof TreeList groups) {
            for (int i = 0; i < groups.size(); i++) {
                if (groups.get(i) instanceof Num id) {
                    context.all(
                            "supplementalGroups[" + i + "]", id, NameRules.groupId(id.longValue()));
                }
            }
        }
        sysctls(context);
        context.optionalOneOf("fsGroupChangePolicy", "Always", "OnRootMismatch");
        seccomp(context.at("seccompProfile"));
        windows(context.at("windowsOptions"));
        appArmor(context.at("appArmorProfile"));
        context.optionalOneOf("supplementalGroupsPolicy", "Merge", "Strict");
        context.optionalOneOf("seLinuxChangePolicy", "MountOption", "Recursive");
    }

    private static void user(At context, String field) {
        if (context.has(field)) {
            context.all(field, context.number(field), NameRules.userId(context.number(field)));
        }
    }

    private static void group(At context, String field) {
        if (context.has(field)) {
            context.all(field, context.number(field), NameRules.groupId(context.number(field)));
        }
    }

    private static void sysctls(At context) {
        var seen = new HashSet<String>();
        for (At sysctl : context.each("sysctls")) {
            String name = sysctl.string("name");
            if (name.isEmpty()) {
                sysctl.required("name");
            } else if (name.length() > SYSCTL_LENGTH_MAX
                    || !SYSCTL_PATTERN.matcher(name).matches()) {
                sysctl.invalid(
                        "name",
                        name,
                        "must have at most "
                                + SYSCTL_LENGTH_MAX
                                + " characters and match regex "
                                + SYSCTL);
            } else if (seen.contains(name)) {
                sysctl.duplicate("name", name);
            }
            seen.add(name);
        }
    }

    /// Upstream's `ValidateHostSysctl`: what the pod shares with the host it may not set.
    static void hostSysctls(At spec) {
        for (At sysctl : spec.each("securityContext.sysctls")) {
            String name = sysctl.string("name").replace('/', '.');
            boolean ipc =
                    name.startsWith("fs.mqueue.")
                            || name.startsWith("kernel.shm")
                            || name.startsWith("kernel.msg")
                            || name.equals("kernel.sem");
            if (spec.bool("hostNetwork") && name.startsWith("net.")) {
                sysctl.invalid("name", "may not be specified when 'hostNetwork' is true");
            } else if (spec.bool("hostIPC") && ipc) {
                sysctl.invalid("name", "may not be specified when 'hostIPC' is true");
            }
        }
    }

    private static void seccomp(@Nullable At profile) {
        if (profile == null) {
            return;
        }
        String type = profile.string("type");
        if (type.isEmpty()) {
            profile.required("type", "type is required when seccompProfile is set");
        } else {
            profile.optionalOneOf("type", "Localhost", "RuntimeDefault", "Unconfined");
        }
        if (type.equals("Localhost")) {
            if (!profile.has("localhostProfile")) {
                profile.required("localhostProfile", "must be set when seccomp type is Localhost");
            } else {
                Paths.localDescending(
                        profile, "localhostProfile", profile.string("localhostProfile"));
            }
        } else if (profile.has("localhostProfile")) {
            profile.invalid(
                    "localhostProfile",
                    profile.tree(),
                    "can only be set when seccomp type is Localhost");
        }
    }

    private static void appArmor(@Nullable At profile) {
        if (profile == null) {
            return;
        }
        String field = "localhostProfile";
        switch (profile.string("type")) {
            case "Localhost" -> {
                String path = profile.string(field);
                if (!profile.has(field) || path.isEmpty()) {
                    profile.required(field, "must be set when AppArmor type is Localhost");
                } else if (!path.strip().equals(path)) {
                    profile.invalid(field, path, "must not be padded with whitespace");
                }
                if (path.length() > PROFILE_LENGTH_MAX) {
                    profile.errors().tooLong(profile.path(field), PROFILE_LENGTH_MAX);
                }
            }
            case "RuntimeDefault", "Unconfined" -> {
                if (profile.has(field)) {
                    profile.invalid(field, "can only be set when AppArmor type is Localhost");
                }
            }
            case "" -> profile.required("type", "type is required when appArmorProfile is set");
            default -> profile.notSupported("type", "Localhost", "RuntimeDefault", "Unconfined");
        }
    }

    private static void windows(@Nullable At options) {
        if (options == null) {
            return;
        }
        if (options.has("gmsaCredentialSpecName")) {
            options.dnsSubdomain("gmsaCredentialSpecName");
        }
        if (options.has("gmsaCredentialSpec")) {
            int length = NameRules.utf8Length(options.string("gmsaCredentialSpec"));
            if (length == 0) {
                options.invalid(
                        "gmsaCredentialSpec", "gmsaCredentialSpec cannot be an empty string");
            } else if (length > GMSA_BYTES_MAX) {
                options.invalid(
                        "gmsaCredentialSpec", "gmsaCredentialSpec size must be under 64 KiB");
            }
        }
        if (options.has("runAsUserName")) {
            userName(options, options.string("runAsUserName"));
        }
    }

    private static void userName(At options, String name) {
        String field = "runAsUserName";
        String[] parts = name.split("\\\\", -1);
        if (name.isEmpty()) {
            options.invalid(field, "runAsUserName cannot be an empty string");
            return;
        }
        if (CONTROL.matcher(name).find()) {
            options.invalid(field, "runAsUserName cannot contain control characters");
            return;
        }
        if (parts.length > 2) {
            options.invalid(field, "runAsUserName cannot contain more than one backslash");
            return;
        }
        String domain = parts.length == 2 ? parts[0] : "";
        String user = parts[parts.length - 1];
        if (domain.length() >= DOMAIN_LENGTH_MAX) {
            options.invalid(
                    field,
                    "runAsUserName's Domain length must be under "
                            + DOMAIN_LENGTH_MAX
                            + " characters");
        }
        if (parts.length == 2
                && !NET_BIOS.matcher(domain).matches()
                && !DNS_DOMAIN.matcher(domain).matches()) {
            options.invalid(
                    field, "runAsUserName's Domain doesn't match the NetBios nor the DNS format");
        }
        if (user.isEmpty()) {
            options.invalid(field, "runAsUserName's User cannot be empty");
        } else if (user.length() > USER_LENGTH_MAX) {
            options.invalid(
                    field,
                    "runAsUserName's User length must not be longer than "
                            + USER_LENGTH_MAX
                            + " characters");
        }
        if (DOTS_AND_SPACES.matcher(user).matches()) {
            options.invalid(field, "runAsUserName's User cannot contain only periods or spaces");
        }
        if (USER_CHARACTERS.matcher(user).find()) {
            options.invalid(
                    field,
                    "runAsUserName's User cannot contain the following characters:"
                            + " \"/\\:;|=,+*?<>@[]");
        }
    }
}
