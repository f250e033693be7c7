package io.j8s.scheduler;

import io.j8s.scheduler.config.ConfigurationException;
import io.j8s.scheduler.config.PluginSet;
import io.j8s.scheduler.config.ProfileConfiguration;
import io.j8s.scheduler.core.ExtensionPoint;
import io.j8s.scheduler.core.Plugin;
import io.j8s.scheduler.core.Profile;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Makes profiles from their configuration (upstream: `NewFramework`): plugins that are on at every
/// point they have, unless a point says otherwise.
final class Profiles {

    /// In upstream's order, which decides what the first complaint is.
    private static final List<ExtensionPoint> CHECKED =
            List.of(
                    ExtensionPoint.PRE_FILTER,
                    ExtensionPoint.FILTER,
                    ExtensionPoint.POST_FILTER,
                    ExtensionPoint.RESERVE,
                    ExtensionPoint.PRE_SCORE,
                    ExtensionPoint.SCORE,
                    ExtensionPoint.PRE_BIND,
                    ExtensionPoint.BIND,
                    ExtensionPoint.POST_BIND,
                    ExtensionPoint.PERMIT,
                    ExtensionPoint.PRE_ENQUEUE,
                    ExtensionPoint.QUEUE_SORT);

    private final PluginRegistry registry;

    Profiles(PluginRegistry registry) {
        this.registry = registry;
    }

    Profile of(ProfileConfiguration config) throws ConfigurationException {
        try {
            return make(config);
        } catch (ConfigurationException wrong) {
            throw new ConfigurationException(
                    "initializing profiles: creating profile for scheduler name %s: %s"
                            .formatted(config.schedulerName(), wrong.getMessage()));
        }
    }

    private Profile make(ProfileConfiguration config) throws ConfigurationException {
        var made = new HashMap<String, Plugin>();
        for (var enabled : allEnabled(config)) {
            var refusal = config.refusals().get(enabled.name());
            if (refusal != null) {
                throw new ConfigurationException(
                        "initializing plugin \"%s\": %s".formatted(enabled.name(), refusal));
            }
            if (registry.has(enabled.name())) {
                made.computeIfAbsent(
                        enabled.name(), name -> registry.make(name, config.arguments()));
            }
        }
        for (var point : CHECKED) {
            checkEnabled(point, config.at(point), made);
        }
        var plugins = new EnumMap<ExtensionPoint, List<Plugin>>(ExtensionPoint.class);
        for (var point : CHECKED) {
            var list = new ArrayList<Plugin>();
            for (var name : names(point, config, made)) {
                var plugin = made.get(name);
                if (plugin != null) {
                    list.add(plugin);
                }
            }
            plugins.put(point, list);
        }
        checkSingles(config.schedulerName(), plugins);
        return new Profile(
                config.schedulerName(), config.nodesToScorePercent(), plugins, weights(config));
    }

    private static List<PluginSet.Enabled> allEnabled(ProfileConfiguration config) {
        return Stream.concat(
                        config.multiPoint().enabled().stream(),
                        CHECKED.stream().flatMap(point -> config.at(point).enabled().stream()))
                .toList();
    }

    private static void checkEnabled(ExtensionPoint point, PluginSet set, Map<String, Plugin> made)
            throws ConfigurationException {
        var seen = new LinkedHashSet<String>();
        for (var enabled : set.enabled()) {
            var plugin = made.get(enabled.name());
            if (plugin == null) {
                throw new ConfigurationException(
                        "%sPlugin \"%s\" does not exist".formatted(point.label(), enabled.name()));
            }
            if (!point.type().isInstance(plugin)) {
                throw new ConfigurationException(
                        "plugin \"%s\" does not extend %sPlugin plugin"
                                .formatted(enabled.name(), point.label()));
            }
            if (!seen.add(enabled.name())) {
                throw registeredTwice(enabled.name(), point);
            }
        }
    }

    private static ConfigurationException registeredTwice(String name, ExtensionPoint point) {
        return new ConfigurationException(
                "plugin \"%s\" already registered as \"%sPlugin\"".formatted(name, point.label()));
    }

    /// Those of the point that override one of all points, then those of all points, then the rest.
    private static List<String> names(
            ExtensionPoint point, ProfileConfiguration config, Map<String, Plugin> made)
            throws ConfigurationException {
        var set = config.at(point);
        var own = set.enabled().stream().map(PluginSet.Enabled::name).toList();
        if (set.disabled().contains("*")) {
            return own;
        }
        var overriding = new LinkedHashSet<String>();
        var everywhere = new LinkedHashSet<String>();
        for (var enabled : config.multiPoint().enabled()) {
            var plugin = made.get(enabled.name());
            if (plugin == null) {
                throw new ConfigurationException(
                        "%sPlugin \"%s\" does not exist".formatted(point.label(), enabled.name()));
            }
            if (!point.type().isInstance(plugin) || set.disabled().contains(enabled.name())) {
                continue;
            }
            if (own.contains(enabled.name())) {
                overriding.add(enabled.name());
            } else if (!everywhere.add(enabled.name())) {
                throw registeredTwice(enabled.name(), point);
            }
        }
        var names = new ArrayList<String>();
        own.stream().filter(overriding::contains).forEach(names::add);
        names.addAll(everywhere);
        own.stream().filter(name -> !overriding.contains(name)).forEach(names::add);
        return names;
    }

    private static void checkSingles(
            String schedulerName, Map<ExtensionPoint, List<Plugin>> plugins)
            throws ConfigurationException {
        int sorts = plugins.getOrDefault(ExtensionPoint.QUEUE_SORT, List.of()).size();
        if (sorts != 1) {
            throw new ConfigurationException(
                    ("only one queue sort plugin required for profile with scheduler name \"%s\","
                                    + " but got %d")
                            .formatted(schedulerName, sorts));
        }
        if (plugins.getOrDefault(ExtensionPoint.BIND, List.of()).isEmpty()) {
            throw new ConfigurationException(
                    "at least one bind plugin is needed for profile with scheduler name \"%s\""
                            .formatted(schedulerName));
        }
    }

    /// What the score point says goes before what is said for all points; no weight means 1.
    private static Map<String, Integer> weights(ProfileConfiguration config) {
        var weights = new LinkedHashMap<String, Integer>();
        Stream.concat(
                        config.at(ExtensionPoint.SCORE).enabled().stream(),
                        config.multiPoint().enabled().stream())
                .forEach(enabled ->
                        weights.putIfAbsent(
                                enabled.name(), enabled.weight() == 0 ? 1 : enabled.weight()));
        return weights;
    }
}
