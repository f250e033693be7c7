package io.j8s.apiserver.resources.flowcontrol;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.schema.Tree;

import org.jspecify.annotations.Nullable;

/// Which priority levels are valid (upstream: `pkg/apis/flowcontrol/validation`).
final class PriorityLevelRules {

    private static final long QUEUES_MAX = 10_000_000;
    private static final int HASH_BITS_MAX = 60; // upstream: shufflesharding.MaxHashBits
    private static final String NO_NEGATIVE = "must be a non-negative integer";

    private PriorityLevelRules() {}

    /// @param old what is stored; null on create
    static void spec(At spec, String name, @Nullable Tree old) {
        String type = spec.string("type");
        if (name.equals("exempt") != type.equals("Exempt")) {
            spec.invalid("type", type, "must be 'Exempt' if and only if `name` is 'exempt'");
        }
        switch (type) {
            case "Exempt" -> {
                if (spec.at("exempt") instanceof At exempt) {
                    exempt(exempt);
                }
            }
            case "Limited" -> {
                if (spec.at("limited") instanceof At limited) {
                    limited(limited);
                }
            }
            case "" -> {} // by a declared rule
            default -> spec.notSupported("type", "Exempt", "Limited");
        }
        if (old != null && spec.tree().semanticallyEquals(old)) {
            unchanged(spec, type);
        } else {
            declared(spec.later(), type);
        }
    }

    /// Declared rules do not look at what has not changed; then the hand-written ones hold.
    private static void unchanged(At spec, String type) {
        if (type.isEmpty()) {
            spec.required("type");
        }
        if (type.equals("Exempt") && spec.has("limited")) {
            spec.forbidden("limited", "must be nil if the type is not Limited");
        }
        if (!type.equals("Limited")) {
            return;
        }
        if (spec.has("exempt")) {
            spec.forbidden("exempt", "must be nil if the type is Limited");
        }
        At limited = spec.at("limited");
        if (limited == null) {
            spec.required("limited", "must not be empty when type is Limited");
            return;
        }
        String queuing = "limitResponse.queuing";
        switch (limited.string("limitResponse.type")) {
            case "" -> limited.required("limitResponse.type");
            case "Reject" -> {
                if (limited.has(queuing)) {
                    limited.forbidden(
                            queuing, "must be nil if limited.limitResponse.type is not Limited");
                }
            }
            case "Queue" -> {
                if (!limited.has(queuing)) {
                    limited.required(
                            queuing, "must not be empty if limited.limitResponse.type is Limited");
                }
            }
            default -> {}
        }
    }

    /// Which member goes with which type is declared in upstream, whatever the type is.
    private static void declared(At spec, String type) {
        if (!type.equals("Exempt")) {
            none(spec, "exempt");
        }
        member(spec, "limited", type.equals("Limited"));
        if (type.isEmpty()) {
            spec.required("type");
        }
        if (spec.at("limited") instanceof At limited) {
            String response = limited.string("limitResponse.type");
            member(limited, "limitResponse.queuing", response.equals("Queue"));
            if (response.isEmpty()) {
                limited.required("limitResponse.type");
            }
        }
    }

    private static void member(At at, String field, boolean needed) {
        if (!needed) {
            none(at, field);
        } else if (!at.has(field)) {
            at.required(field);
        }
    }

    private static void none(At at, String field) {
        if (at.has(field)) {
            at.forbidden(field, "");
        }
    }

    private static void exempt(At exempt) {
        if (exempt.number("nominalConcurrencyShares") < 0) {
            exempt.invalid("nominalConcurrencyShares", NO_NEGATIVE);
        }
        lendable(exempt);
    }

    private static void lendable(At level) {
        long percent = level.number("lendablePercent");
        if (percent < 0 || percent > 100) {
            level.invalid("lendablePercent", "must be between 0 and 100, inclusive");
        }
    }

    private static void limited(At limited) {
        if (limited.number("nominalConcurrencyShares") < 0) {
            limited.invalid("nominalConcurrencyShares", NO_NEGATIVE);
        }
        response(limited);
        lendable(limited);
        if (limited.number("borrowingLimitPercent") < 0) {
            limited.invalid("borrowingLimitPercent", "if specified, " + NO_NEGATIVE);
        }
    }

    private static void response(At limited) {
        switch (limited.string("limitResponse.type")) {
            case "Queue" -> {
                if (limited.at("limitResponse.queuing") instanceof At queuing) {
                    queuing(queuing);
                }
            }
            case "Reject", "" -> {}
            default -> limited.notSupported("limitResponse.type", "Queue", "Reject");
        }
    }

    private static void queuing(At queuing) {
        long queues = queuing.number("queues");
        long hand = queuing.number("handSize");
        if (queuing.number("queueLengthLimit") <= 0) {
            queuing.invalid(
                    "queueLengthLimit", queuing.number("queueLengthLimit"), "must be positive");
        }
        if (queues <= 0) {
            queuing.invalid("queues", queues, "must be positive");
        } else if (queues > QUEUES_MAX) {
            queuing.invalid("queues", queues, "must not be greater than " + QUEUES_MAX);
        }
        if (hand <= 0) {
            queuing.invalid("handSize", hand, "must be positive");
        } else if (hand > queues) {
            queuing.invalid("handSize", hand, "should not be greater than queues (" + queues + ")");
        } else if (entropyBits(queues, hand) > HASH_BITS_MAX) {
            queuing.invalid(
                    "handSize",
                    hand,
                    "required entropy bits of deckSize %d and handSize %d should not be greater than %d"
                            .formatted(queues, hand, HASH_BITS_MAX));
        }
    }

    /// How many bits of a hash dealing such a hand takes.
    private static int entropyBits(long deck, long hand) {
        return (int) Math.ceil(Math.log((double) deck) / Math.log(2) * hand);
    }
}
