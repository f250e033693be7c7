package io.j8s.apiserver.zpages;

import io.j8s.apiserver.schema.TreeList;
import io.j8s.apiserver.schema.TreeMap;
import io.j8s.machinery.quantity.Timestamps;
import io.j8s.machinery.timers.Timers;
import io.j8s.machinery.version.KubernetesVersion;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/// `/statusz`: since when which version runs, and where else to look.
public final class Statusz extends ZPage {

    /// Upstream: these are no debugging endpoints.
    private static final Set<String> ELSEWHERE =
            Set.of("apis", "api", "openid", "openapi", ".well-known");

    // Go's time.UnixDate
    private static final DateTimeFormatter UNIX_DATE =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss 'UTC' yyyy", Locale.ROOT);

    private final Timers timers;
    private final Instant started;
    private final Supplier<? extends Collection<String>> paths;

    /// @param paths that the server lists at `/`
    public Statusz(String component, Timers timers, Supplier<? extends Collection<String>> paths) {
        super(component, "statusz", "Statusz");
        this.timers = timers;
        this.started = timers.now();
        this.paths = paths;
    }

    @Override
    String text() {
        long up = seconds();
        return """

        Started: %s
        Up: %d hr %02d min %02d sec
        Go version: %s
        Binary version: %s
        Emulation version: %s
        Paths: %s
        """
                .formatted(
                        UNIX_DATE.format(started.atOffset(ZoneOffset.UTC)),
                        up / 3600,
                        up / 60 % 60,
                        up % 60,
                        "",
                        binaryVersion(),
                        emulationVersion(),
                        String.join(" ", folders()));
    }

    @Override
    void fill(TreeMap object) {
        object.put("startTime", Timestamps.print(started));
        object.put("uptimeSeconds", seconds());
        object.put("goVersion", "");
        object.put("binaryVersion", binaryVersion());
        object.put("emulationVersion", emulationVersion());
        var list = TreeList.dynamic();
        folders().forEach(list::add);
        object.putValue("paths", list);
    }

    private long seconds() {
        return Math.max(0, Duration.between(started, timers.now()).toSeconds());
    }

    private static String binaryVersion() {
        return KubernetesVersion.GIT_VERSION.replaceFirst("^v", "").replaceFirst("\\+.*", "");
    }

    private static String emulationVersion() {
        return KubernetesVersion.MAJOR + "." + KubernetesVersion.MINOR;
    }

    private Set<String> folders() {
        var out = new TreeSet<String>();
        for (String path : paths.get()) {
            String[] parts = path.split("/", 3);
            if (parts.length > 1 && !parts[1].isEmpty() && !ELSEWHERE.contains(parts[1])) {
                out.add("/" + parts[1]);
            }
        }
        return out;
    }
}
