package io.j8s.apiserver.chain;

import io.j8s.apiserver.request.Answer;
import io.j8s.apiserver.request.Answer.Header;
import io.j8s.apiserver.request.Body;
import io.j8s.apiserver.request.Exchange;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.machinery.errors.FieldErrors;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/// `/healthz`, `/livez` and `/readyz`, with their single checks (upstream:
/// `k8s.io/apiserver/pkg/server/healthz`). Some checks ask the store, so that they run on workers.
public final class HealthChecks implements Endpoint {

    private static final Header NOSNIFF = new Header("X-Content-Type-Options", "nosniff");

    private final String name;
    private final Map<String, BooleanSupplier> checks;
    private final Results results;

    /// Where each result is noted.
    @FunctionalInterface
    public interface Results {
        /// @param type `healthz`, `livez` or `readyz`
        void note(String check, String type, boolean isGood);
    }

    /// @param name `healthz`, `livez` or `readyz`
    /// @param checks in the order in which they are told
    public HealthChecks(String name, Map<String, BooleanSupplier> checks, Results results) {
        this.name = name;
        this.results = results;
        this.checks = new LinkedHashMap<>(checks);
    }

    /// Adds the endpoint and one path for each check.
    public void addTo(PathRoutes.Builder routes) {
        routes.exact("/" + name, this);
        checks.forEach((check, isGood) ->
                routes.exact(
                        "/" + name + "/" + check,
                        (exchange, _) -> exchange.onWorker(() -> one(exchange, isGood))));
    }

    private boolean isGood(String check, BooleanSupplier asked) {
        boolean isGood = asked.getAsBoolean();
        results.note(check, name, isGood);
        return isGood;
    }

    private static void one(Exchange exchange, BooleanSupplier isGood) {
        exchange.answer(
                isGood.getAsBoolean()
                        ? new Answer(200, Answer.TEXT, List.of(), Body.of("ok"))
                        : ok(500, "internal server error: not ready\n"));
    }

    private static Answer ok(int code, String text) {
        return new Answer(code, Answer.TEXT, List.of(NOSNIFF), Body.of(text));
    }

    @Override
    public void handle(Exchange exchange, RequestContext context) {
        exchange.onWorker(() -> all(exchange));
    }

    private void all(Exchange exchange) {
        var excluded = new TreeSet<String>();
        for (String value : exchange.query().all("exclude")) {
            excluded.addAll(List.of(value.split(",", -1)));
        }
        excluded.remove("");
        var text = new StringBuilder();
        boolean failed = false;
        for (var check : checks.entrySet()) {
            if (excluded.remove(check.getKey())) {
                text.append("[+]").append(check.getKey()).append(" excluded: ok\n");
            } else if (isGood(check.getKey(), check.getValue())) {
                text.append("[+]").append(check.getKey()).append(" ok\n");
            } else {
                failed = true;
                text.append("[-]").append(check.getKey()).append(" failed: reason withheld\n");
            }
        }
        if (!excluded.isEmpty()) {
            var unknown = new ArrayList<String>();
            excluded.forEach(one -> unknown.add(FieldErrors.quote(one)));
            text.append("warn: some health checks cannot be excluded: no matches for ")
                    .append(String.join(", ", unknown))
                    .append('\n');
        }
        if (failed) {
            exchange.answer(ok(500, text + name + " check failed\n"));
        } else if (exchange.query().has("verbose")) {
            exchange.answer(ok(200, text + name + " check passed\n"));
        } else {
            exchange.answer(ok(200, "ok"));
        }
    }
}
