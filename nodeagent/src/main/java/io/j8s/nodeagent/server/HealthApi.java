package io.j8s.nodeagent.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// `/healthz` and one path below it for each check, as every Kubernetes component has them.
final class HealthApi {

    private static final String TEXT = "text/plain; charset=utf-8";

    private final Map<String, BooleanSupplier> checks = new LinkedHashMap<>();

    /// @param areWorkersAlive whether pods are still looked after
    HealthApi(BooleanSupplier areWorkersAlive) {
        checks.put("ping", () -> true);
        checks.put("log", () -> true); // nothing waits to be flushed
        checks.put("syncloop", areWorkersAlive);
    }

    /// @param parts of the path; the first one is `healthz`
    void handle(HttpExchange exchange, List<String> parts) throws IOException {
        if (parts.size() == 1 || (parts.size() == 2 && parts.get(1).isEmpty())) {
            all(exchange);
            return;
        }
        var check = parts.size() == 2 ? checks.get(parts.get(1)) : null;
        if (check == null) {
            return; // 404
        }
        if (check.getAsBoolean()) {
            exchange.respond(200, TEXT, "ok");
        } else {
            exchange.respond(
                    500,
                    TEXT,
                    "internal server error: %s was not there for too long\n"
                            .formatted(parts.get(1)));
        }
    }

    private void all(HttpExchange exchange) throws IOException {
        var excluded = exchange.request().query().getOrDefault("exclude", List.of());
        var lines = new ArrayList<String>();
        boolean isHealthy = true;
        for (var check : checks.entrySet()) {
            if (excluded.contains(check.getKey())) {
                lines.add("[+]%s excluded: ok".formatted(check.getKey()));
            } else if (check.getValue().getAsBoolean()) {
                lines.add("[+]%s ok".formatted(check.getKey()));
            } else {
                isHealthy = false;
                lines.add("[-]%s failed: reason withheld".formatted(check.getKey()));
            }
        }
        if (!isHealthy) {
            lines.add("healthz check failed");
            exchange.respond(500, TEXT, String.join("\n", lines) + "\n");
        } else if (exchange.request().query().containsKey("verbose")) {
            lines.add("healthz check passed");
            exchange.respond(200, TEXT, String.join("\n", lines) + "\n");
        } else {
            exchange.respond(200, TEXT, "ok");
        }
    }
}
