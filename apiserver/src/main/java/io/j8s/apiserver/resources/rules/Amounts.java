package io.j8s.apiserver.resources.rules;

import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.names.NameRules;
import io.j8s.machinery.quantity.Quantity;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/// Rules about names and quantities of resources (upstream: `pkg/apis/core/helper` and the resource
/// parts of `pkg/apis/core/validation`).
public final class Amounts {

    private static final String HUGE_PAGES = "hugepages-";
    private static final Set<String> CONTAINER = Set.of("cpu", "memory", "ephemeral-storage");
    private static final Set<String> INTEGERS =
            Set.of(
                    "pods",
                    "services",
                    "replicationcontrollers",
                    "secrets",
                    "configmaps",
                    "persistentvolumeclaims",
                    "services.nodeports",
                    "services.loadbalancers");
    private static final Set<String> STANDARD =
            Set.of(
                    "cpu",
                    "memory",
                    "ephemeral-storage",
                    "requests.cpu",
                    "requests.memory",
                    "requests.ephemeral-storage",
                    "limits.cpu",
                    "limits.memory",
                    "limits.ephemeral-storage",
                    "pods",
                    "resourcequotas",
                    "services",
                    "replicationcontrollers",
                    "secrets",
                    "configmaps",
                    "persistentvolumeclaims",
                    "storage",
                    "requests.storage",
                    "services.nodeports",
                    "services.loadbalancers");
    private static final Set<String> QUOTA =
            Set.of(
                    "cpu",
                    "memory",
                    "ephemeral-storage",
                    "requests.cpu",
                    "requests.memory",
                    "requests.storage",
                    "requests.ephemeral-storage",
                    "limits.cpu",
                    "limits.memory",
                    "limits.ephemeral-storage",
                    "pods",
                    "resourcequotas",
                    "services",
                    "replicationcontrollers",
                    "secrets",
                    "persistentvolumeclaims",
                    "configmaps",
                    "services.nodeports",
                    "services.loadbalancers");

    private Amounts() {}

    /// The quantity under a key; null when it is absent.
    public static @Nullable Quantity of(@Nullable TreeMap list, String name) {
        String text = list == null ? null : list.string(name);
        return text == null ? null : Quantity.parse(text);
    }

    public static boolean isHugePages(String name) {
        return name.startsWith(HUGE_PAGES);
    }

    /// Unprefixed or of `kubernetes.io`.
    public static boolean isNative(String name) {
        return name.indexOf('/') < 0 || name.contains("kubernetes.io/");
    }

    public static boolean isExtended(String name) {
        return !isNative(name)
                && !name.startsWith("requests.")
                && NameRules.qualifiedName("requests." + name).isEmpty();
    }

    public static boolean mayOvercommit(String name) {
        return isNative(name) && !isHugePages(name);
    }

    public static boolean isStandardQuota(String name) {
        return QUOTA.contains(name)
                || isHugePages(name)
                || name.startsWith("requests." + HUGE_PAGES);
    }

    /// Any resource's name.
    ///
    /// @return whether it is one
    public static boolean name(At at, String field, String name) {
        List<String> texts = NameRules.qualifiedName(name);
        at.all(field, name, texts);
        if (!texts.isEmpty()) {
            return false;
        }
        boolean standard =
                STANDARD.contains(name)
                        || isHugePages(name)
                        || name.startsWith("requests." + HUGE_PAGES);
        if (name.indexOf('/') < 0 && !standard) {
            at.invalid(field, name, "must be a standard resource type or fully qualified");
            return false;
        }
        return true;
    }

    /// The name of a resource that containers use.
    public static void containerName(At at, String field, String name) {
        name(at, field, name);
        if (name.indexOf('/') < 0) {
            if (!CONTAINER.contains(name) && !isHugePages(name)) {
                at.invalid(field, name, "must be a standard resource for containers");
            }
        } else if (!isNative(name) && !isExtended(name)) {
            at.invalid(field, name, "doesn't follow extended resource name standard");
        }
    }

    /// The name of a resource that quotas count.
    public static void quotaName(At at, String field, String name) {
        name(at, field, name);
        if (name.indexOf('/') < 0 && !isStandardQuota(name)) {
            at.invalid(field, name, "must be a standard resource for quota");
        }
    }

    /// Not negative, and an integer where the resource is counted in pieces.
    public static void value(At at, String field, String name, Quantity value) {
        if (value.signum() < 0) {
            at.invalid(field, value.toString(), At.NOT_NEGATIVE);
        }
        if ((INTEGERS.contains(name) || isExtended(name))
                && value.amount().stripTrailingZeros().scale() > 0) {
            at.invalid(field, value.toString(), "must be an integer");
        }
    }

    /// A multiple of the page's size (upstream: `IsHugePageResourceValueDivisible`).
    public static void hugePages(At at, String field, String name, Quantity value) {
        Quantity size;
        try {
            size = Quantity.parse(name.substring(HUGE_PAGES.length()));
        } catch (Quantity.QuantityException _) {
            size = Quantity.ZERO;
        }
        boolean divisible =
                size.signum() > 0 && value.amount().remainder(size.amount()).signum() == 0;
        if (!divisible) {
            at.invalid(
                    field,
                    value.toString(),
                    value + " is not positive integer multiple of " + name);
        }
    }
}
