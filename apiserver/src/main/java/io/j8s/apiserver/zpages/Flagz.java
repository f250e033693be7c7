package io.j8s.apiserver.zpages;

import io.j8s.apiserver.schema.TreeMap;

import java.util.Map;

/// `/flagz`: the flags that the process runs with.
public final class Flagz extends ZPage {

    private final java.util.TreeMap<String, String> flags;

    /// @param flags without dashes before their names
    public Flagz(String component, Map<String, String> flags) {
        super(component, "flagz", "Flagz");
        this.flags = new java.util.TreeMap<>(flags);
    }

    @Override
    String text() {
        var out = new StringBuilder();
        flags.forEach((name, value) -> out.append(name).append('=').append(value).append('\n'));
        return out.toString();
    }

    @Override
    void fill(TreeMap object) {
        var map = TreeMap.dynamic();
        flags.forEach(map::put);
        object.putValue("flags", map);
    }
}
