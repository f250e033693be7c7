package io.j8s.apiserver.resources.resource;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.machinery.names.NameRules;

import java.util.HashSet;
import java.util.List;

/// What a device waits for before a pod is bound, and what makes it give up (upstream:
/// `validateDeviceBindingParameters`).
final class BindingConditions {

    private static final String GOOD = "bindingConditions";
    private static final String BAD = "bindingFailureConditions";
    private static final int SIZE_MAX = 4; // upstream: BindingConditionsMaxSize

    private BindingConditions() {}

    static void validate(At at) {
        var good = at.strings(GOOD);
        var bad = at.strings(BAD);
        names(at, GOOD, good);
        names(at, BAD, bad);
        duplicates(at, GOOD, good);
        duplicates(at, BAD, bad);
        for (int i = 0; i < bad.size(); i++) {
            if (good.contains(bad.get(i))) {
                at.invalid(
                        BAD + "[" + i + "]",
                        bad.get(i),
                        "bindingFailureConditions must not overlap with bindingConditions");
            }
        }
        if (good.isEmpty() && !bad.isEmpty()) {
            at.invalid(GOOD, "bindingConditions are required to use bindingFailureConditions");
        }
        if (bad.isEmpty() && !good.isEmpty()) {
            at.invalid(BAD, "bindingFailureConditions are required to use bindingConditions");
        }
    }

    private static void names(At at, String field, List<String> names) {
        if (DeviceNames.fits(at.later(), field, names.size(), SIZE_MAX)) {
            for (int i = 0; i < names.size(); i++) {
                String name = names.get(i);
                at.all(field + "[" + i + "]", name, NameRules.qualifiedName(name));
            }
        }
    }

    private static void duplicates(At at, String field, List<String> names) {
        var seen = new HashSet<String>();
        for (int i = 0; i < names.size(); i++) {
            if (!seen.add(names.get(i))) {
                at.duplicate(field + "[" + i + "]", names.get(i));
            }
        }
    }
}
