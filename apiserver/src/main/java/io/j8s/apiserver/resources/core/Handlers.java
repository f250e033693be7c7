package io.j8s.apiserver.resources.core;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.machinery.names.NameRules;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Rules about what a container runs beside its process: probes and lifecycle hooks.
final class Handlers {

    private static final String SECOND = "may not specify more than 1 handler type";

    private Handlers() {}

    static void lifecycle(At container, @Nullable Long gracePeriod) {
        At lifecycle = container.at("lifecycle");
        if (lifecycle == null) {
            return;
        }
        for (String hook : List.of("postStart", "preStop")) {
            if (lifecycle.at(hook) instanceof At handler) {
                handler(handler, List.of("exec", "httpGet", "tcpSocket", "sleep"), gracePeriod);
            }
        }
    }

    static void probes(At container, @Nullable Long gracePeriod) {
        if (container.at("livenessProbe") instanceof At liveness) {
            probe(liveness, gracePeriod);
            successOnce(liveness);
        }
        if (container.at("readinessProbe") instanceof At readiness) {
            probe(readiness, gracePeriod);
            if (readiness.has("terminationGracePeriodSeconds")) {
                readiness.invalid(
                        "terminationGracePeriodSeconds", "must not be set for readinessProbes");
            }
        }
        if (container.at("startupProbe") instanceof At startup) {
            probe(startup, gracePeriod);
            successOnce(startup);
        }
    }

    private static void successOnce(At probe) {
        if (probe.number("successThreshold") != 1) {
            probe.invalid("successThreshold", probe.number("successThreshold"), "must be 1");
        }
    }

    private static void probe(At probe, @Nullable Long gracePeriod) {
        handler(probe, List.of("exec", "httpGet", "tcpSocket", "grpc"), gracePeriod);
        probe.nonNegative(
                "initialDelaySeconds",
                "timeoutSeconds",
                "periodSeconds",
                "successThreshold",
                "failureThreshold");
        if (probe.has("terminationGracePeriodSeconds")
                && probe.number("terminationGracePeriodSeconds") <= 0) {
            probe.invalid("terminationGracePeriodSeconds", "must be greater than 0");
        }
    }

    private static void handler(At handler, List<String> types, @Nullable Long gracePeriod) {
        int found = 0;
        for (String type : types) {
            At action = handler.at(type);
            if (action == null) {
                continue;
            }
            if (found++ > 0) {
                handler.forbidden(type, SECOND);
                continue;
            }
            switch (type) {
                case "exec" -> {
                    if (action.strings("command").isEmpty()) {
                        action.required("command");
                    }
                }
                case "httpGet" -> httpGet(action);
                case "sleep" -> sleep(handler, action, gracePeriod);
                default -> action.portNumberOrName("port");
            }
        }
        if (found == 0) {
            handler.errors().required(handler.path(), "must specify a handler type");
        }
    }

    private static void httpGet(At action) {
        action.present("path");
        action.portNumberOrName("port");
        if (!List.of("HTTP", "HTTPS").contains(action.string("scheme"))) {
            action.notSupported("scheme", "HTTP", "HTTPS");
        }
        for (At header : action.each("httpHeaders")) {
            String name = header.string("name");
            action.all("httpHeaders", name, NameRules.httpHeaderName(name));
        }
    }

    private static void sleep(At handler, At action, @Nullable Long gracePeriod) {
        long seconds = action.number("seconds");
        if (gracePeriod != null && (seconds < 0 || seconds > gracePeriod)) {
            handler.invalid(
                    "sleep",
                    seconds,
                    "must be non-negative and less than terminationGracePeriodSeconds ("
                            + gracePeriod
                            + ")");
        }
    }
}
