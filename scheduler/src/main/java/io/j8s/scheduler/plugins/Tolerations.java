package io.j8s.scheduler.plugins;

import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.Toleration;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Whether tolerations cover a taint (upstream: `component-helpers/scheduling/corev1`).
final class Tolerations {

    private Tolerations() {}

    static boolean tolerate(List<Toleration> tolerations, Taint taint) {
        for (int i = 0; i < tolerations.size(); i++) {
            if (tolerates(tolerations.get(i), taint)) {
                return true;
            }
        }
        return false;
    }

    /// The first taint that keeps pods off and is not tolerated; null for none.
    static @Nullable Taint untolerated(List<Taint> taints, List<Toleration> tolerations) {
        for (int i = 0; i < taints.size(); i++) {
            var taint = taints.get(i);
            if (!"PreferNoSchedule".equals(taint.getEffect()) && !tolerate(tolerations, taint)) {
                return taint;
            }
        }
        return null;
    }

    /// An empty effect covers all effects, an empty key with `Exists` all keys.
    static boolean tolerates(Toleration toleration, Taint taint) {
        String effect = orEmpty(toleration.getEffect());
        String key = orEmpty(toleration.getKey());
        if (!effect.isEmpty() && !effect.equals(taint.getEffect())) {
            return false;
        }
        if (!key.isEmpty() && !key.equals(taint.getKey())) {
            return false;
        }
        return switch (orEmpty(toleration.getOperator())) {
            case "", "Equal" -> orEmpty(toleration.getValue()).equals(orEmpty(taint.getValue()));
            case "Exists" -> true;
            default -> false;
        };
    }

    static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
