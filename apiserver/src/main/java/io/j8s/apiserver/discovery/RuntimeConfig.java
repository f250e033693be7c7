package io.j8s.apiserver.discovery;

import io.j8s.apiserver.schema.ApiTable;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/// Which API versions and resources are served: `--runtime-config`, upstream's syntax
/// `api/all=true`, `api/beta=false`, `GROUP/VERSION=true`, `GROUP/VERSION/RESOURCE=false`; without
/// it what a stock server serves. Immutable.
public final class RuntimeConfig {

    public static final RuntimeConfig DEFAULT = new RuntimeConfig(Map.of());

    private final Map<String, Boolean> settings;

    private RuntimeConfig(Map<String, Boolean> settings) {
        this.settings = settings;
    }

    /// @param flag comma-separated `KEY=VALUE`; a key alone means true
    /// @throws IllegalArgumentException when a value is neither true nor false
    public static RuntimeConfig parse(String flag) {
        var settings = new LinkedHashMap<String, Boolean>();
        for (String part : flag.split(",", -1)) {
            String text = part.strip();
            if (text.isEmpty()) {
                continue;
            }
            int equals = text.indexOf('=');
            String key = equals < 0 ? text : text.substring(0, equals);
            String value = equals < 0 ? "true" : text.substring(equals + 1);
            if (!value.equals("true") && !value.equals("false") && !value.isEmpty()) {
                throw new IllegalArgumentException("invalid value " + key + "=" + value);
            }
            settings.put(key, !value.equals("false"));
        }
        return new RuntimeConfig(settings);
    }

    public boolean serves(ApiTable.Version version) {
        String name =
                version.group().isEmpty()
                        ? version.version()
                        : version.group() + "/" + version.version();
        Boolean own = settings.get(name);
        if (own != null) {
            return own;
        }
        Boolean level = settings.get("api/" + levelName(version.level()));
        if (level != null) {
            return level;
        }
        Boolean all = settings.get("api/all");
        return all != null ? all : version.servedByDefault();
    }

    /// @param name plural without subresource
    public boolean serves(ApiTable.Version version, String name) {
        @Nullable Boolean own =
                settings.get(version.group() + "/" + version.version() + "/" + name);
        return own != null ? own : serves(version);
    }

    private static String levelName(ApiTable.Level level) {
        return switch (level) {
            case GA -> "ga";
            case BETA -> "beta";
            case ALPHA -> "alpha";
        };
    }
}
