package io.j8s.conformance.e2e;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/// A namespace for one test, gone after it.
record TestNamespace(Kubectl kubectl, String name) implements AutoCloseable {

    private static final AtomicInteger COUNT = new AtomicInteger();

    static TestNamespace in(Cluster cluster) {
        return in(cluster.kubectl());
    }

    static TestNamespace in(Kubectl kubectl) {
        var name = "e2e-" + COUNT.incrementAndGet();
        kubectl.get("create", "namespace", name);
        return new TestNamespace(kubectl, name);
    }

    /// Runs kubectl in this namespace; it must succeed.
    String get(String... args) {
        return kubectl.get(here(args));
    }

    Shell.Output run(String... args) {
        return kubectl.run(here(args));
    }

    Shell.Output runWithInput(String input, String... args) {
        return kubectl.runWithInput(input, here(args));
    }

    Shell.Output onTerminal(String typed, String... args) {
        return kubectl.onTerminal(typed, here(args));
    }

    Process start(String... args) {
        return kubectl.start(here(args));
    }

    String apply(String manifest) {
        return kubectl.runWithInput(manifest, here("apply", "-f", "-")).expectSuccess().strip();
    }

    String until(
            java.time.Duration timeout,
            java.util.function.Predicate<String> isGood,
            String... args) {
        return kubectl.until(timeout, isGood, here(args));
    }

    void awaitReady(String... pods) {
        kubectl.awaitReady(here(pods));
    }

    private String[] here(String... args) {
        var all = new ArrayList<String>(Arrays.asList("--namespace", name));
        all.addAll(Arrays.asList(args));
        return all.toArray(String[]::new);
    }

    /// Asks for the pods first, with a second's grace: many run a plain `sleep`, which as a first
    /// process is deaf to SIGTERM and would live for the default 30 s.
    @Override
    public void close() {
        get("delete", "pods", "--all", "--now", "--wait=false");
        kubectl.runWithin(java.time.Duration.ofMinutes(2), "delete", "namespace", name)
                .expectSuccess();
    }
}
