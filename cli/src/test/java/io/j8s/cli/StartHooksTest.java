package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.function.BooleanSupplier;

class StartHooksTest {

    private static long undone(Map<String, BooleanSupplier> hooks) {
        return hooks.values().stream().filter(hook -> !hook.getAsBoolean()).count();
    }

    @Test
    void eachHookIsDoneWhenItsWorkIs() {
        var empty = StartHooks.of(() -> false, () -> false);
        assertThat(empty.keySet())
                .startsWith(
                        "poststarthook/start-apiserver-admission-initializer",
                        "poststarthook/generic-apiserver-start-informers")
                .endsWith(
                        "poststarthook/apiservice-status-local-available-controller",
                        "poststarthook/kube-apiserver-autoregistration",
                        "autoregister-completion");
        assertThat(undone(empty)).isEqualTo(empty.size() - 1);
        var filled = StartHooks.of(() -> true, () -> false);
        assertThat(undone(filled)).isEqualTo(filled.size() - 2);
        assertThat(undone(StartHooks.of(() -> true, () -> true))).isZero();
    }
}
