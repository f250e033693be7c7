package io.j8s.nodeagent.runtime;

import io.fabric8.kubernetes.api.model.Node;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Leads the other nodes' pod ranges to the other nodes: one route a range by way of the node's
/// InternalIP (upstream: what a cloud's route controller does in the cloud, and its texts). The
/// nodes must share a network. Every route is written down before it is made, so that `down` and a
/// next start know it.
///
/// Informer handlers only wake the one thread that acts.
public final class PodRoutes implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PodRoutes.class);
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(5);

    /// One route.
    ///
    /// @param range a node's pod range
    /// @param gateway that node's address
    record Route(String range, String gateway) implements Comparable<Route> {

        List<String> command(String verb) {
            var family = range.indexOf(':') < 0 ? "-4" : "-6";
            return List.of("ip", family, "route", verb, range, "via", gateway);
        }

        String line() {
            return range + " " + gateway;
        }

        static Route of(String line) {
            var words = line.split(" ", 2);
            return new Route(words[0], words[1]);
        }

        @Override
        public int compareTo(Route other) {
            return line().compareTo(other.line());
        }
    }

    private final NodePaths paths;
    private final String nodeName;
    private final Informer<Node> nodes;
    private final Api api;
    private final Timers timers;
    private final Object wake = new Object();
    private boolean isChanged = true;
    private @Nullable Thread worker;

    /// @param api acts as this node, whose condition it writes
    public PodRoutes(
            NodePaths paths, String nodeName, Informers informers, Api api, Timers timers) {
        this.paths = paths;
        this.nodeName = nodeName;
        this.nodes = informers.of(Kinds.NODES);
        this.api = api;
        this.timers = timers;
    }

    public synchronized void start() {
        nodes.onChange((before, after) -> {
            boolean isRelevant =
                    before == null
                            || after == null
                            || !routesTo(before).equals(routesTo(after))
                            || Meta.name(after).equals(nodeName);
            if (isRelevant) {
                synchronized (wake) {
                    isChanged = true;
                    wake.notifyAll();
                }
            }
        });
        worker = Thread.ofVirtual().name("pod routes").start(this::run);
    }

    @Override
    public synchronized void close() {
        if (worker != null) {
            worker.interrupt();
        }
    }

    /// Takes away every route that this instance has made, for `down`.
    static void removeAll(NodePaths paths) throws IOException, InterruptedException {
        for (var route : recorded(paths)) {
            remove(route);
        }
        Files.deleteIfExists(paths.routes());
    }

    /// Pure: the routes that should be, from the nodes that are.
    static Set<Route> wanted(Collection<Node> nodes, String self) {
        var wanted = new TreeSet<Route>();
        nodes.stream()
                .filter(node -> !Meta.name(node).equals(self))
                .forEach(node -> wanted.addAll(routesTo(node)));
        return wanted;
    }

    private static Set<Route> routesTo(Node node) {
        var routes = new TreeSet<Route>();
        if (node.getSpec() == null || node.getStatus() == null) {
            return routes;
        }
        for (var range : node.getSpec().getPodCIDRs()) {
            node.getStatus().getAddresses().stream()
                    .filter(address -> address.getType().equals("InternalIP"))
                    .map(address -> address.getAddress())
                    .filter(ip -> ip.contains(":") == range.contains(":"))
                    .findFirst()
                    .ifPresent(gateway -> routes.add(new Route(range, gateway)));
        }
        return routes;
    }

    private void run() {
        try {
            nodes.synced().join();
            while (true) {
                synchronized (wake) {
                    while (!isChanged) {
                        wake.wait();
                    }
                    isChanged = false;
                }
                if (!apply()) {
                    timers.sleep(RETRY);
                    synchronized (wake) {
                        isChanged = true;
                    }
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /// Whether everything is as it should be.
    private boolean apply() throws InterruptedException {
        var problems = new ArrayList<String>();
        try {
            var wanted = wanted(nodes.list(), nodeName);
            var before = recorded(paths);
            var all = new TreeSet<>(before);
            all.addAll(wanted);
            if (!all.equals(new TreeSet<>(before))) {
                record(paths, all);
            }
            for (var route : before) {
                if (!wanted.contains(route)) {
                    remove(route);
                }
            }
            var present = present();
            for (var route : wanted) {
                if (route.gateway().equals(present.get(route.range()))) {
                    continue;
                }
                try {
                    HostCommand.run(COMMAND_TIMEOUT, "", route.command("replace"));
                } catch (IOException e) {
                    problems.add(String.valueOf(e.getMessage()));
                }
            }
            if (!all.equals(wanted)) {
                record(paths, wanted);
            }
            return tell(problems) && problems.isEmpty();
        } catch (IOException | StatusException | UncheckedIOException e) {
            log.atInfo().addKeyValue("cause", e.getMessage()).log("routes not applied yet");
            return false;
        }
    }

    /// Gateways by range, of both families.
    private static Map<String, String> present() throws IOException, InterruptedException {
        var found = new TreeMap<String, String>();
        for (var family : List.of("-4", "-6")) {
            var lines = HostCommand.run(COMMAND_TIMEOUT, "ip", family, "route", "show");
            for (var line : lines.lines().toList()) {
                var words = line.split(" ", -1);
                if (words.length > 2 && words[1].equals("via")) {
                    found.put(words[0], words[2]);
                }
            }
        }
        return found;
    }

    /// Says by the node's condition whether pods of other nodes can be reached; the scheduler and
    /// the taints follow from it.
    ///
    /// @return whether it could be said
    private boolean tell(List<String> problems) {
        var node = nodes.get(ObjectKey.clusterScoped(nodeName));
        if (node.isEmpty() || node.get().getStatus() == null) {
            return true; // its registration wakes us
        }
        boolean isUnavailable = !problems.isEmpty();
        var status = isUnavailable ? "True" : "False";
        boolean isKnown =
                node.get().getStatus().getConditions().stream()
                        .anyMatch(condition ->
                                condition.getType().equals("NetworkUnavailable")
                                        && condition.getStatus().equals(status));
        if (isKnown) {
            return true;
        }
        var now = Meta.timestamp(timers.now());
        var message =
                isUnavailable
                        ? "RouteController failed to create a route: " + String.join("; ", problems)
                        : "RouteController created a route";
        api.patch(
                Kinds.NODES,
                ObjectKey.clusterScoped(nodeName),
                Api.Patch.strategic(
                                """
                                {"status":{"conditions":[{"type":"NetworkUnavailable","status":"%s",\
                                "reason":"%s","message":"%s","lastTransitionTime":"%s",\
                                "lastHeartbeatTime":"%s"}]}}\
                                """
                                        .formatted(
                                                status,
                                                isUnavailable ? "NoRouteCreated" : "RouteCreated",
                                                message.replace("\\", "\\\\")
                                                        .replace("\"", "\\\"")
                                                        .replace("\n", " "),
                                                now,
                                                now))
                        .on("status"));
        return true;
    }

    private static void remove(Route route) throws InterruptedException {
        try {
            HostCommand.run(COMMAND_TIMEOUT, "", route.command("delete"));
        } catch (IOException e) {
            log.atDebug().addKeyValue("cause", e.getMessage()).log("the route was gone already");
        }
    }

    private static Set<Route> recorded(NodePaths paths) throws IOException {
        var routes = new HashSet<Route>();
        if (Files.exists(paths.routes())) {
            for (var line : Files.readAllLines(paths.routes())) {
                if (line.indexOf(' ') > 0) {
                    routes.add(Route.of(line));
                }
            }
        }
        return routes;
    }

    private static void record(NodePaths paths, Set<Route> routes) throws IOException {
        Files.createDirectories(paths.root());
        var text = new StringBuilder();
        new TreeSet<>(routes).forEach(route -> text.append(route.line()).append('\n'));
        Files.writeString(paths.routes(), text);
    }
}
