package io.j8s.testkit.simulation;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerConfig;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.EventRecorder;
import io.j8s.controllers.runtime.Fanout;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Informers;
import io.j8s.controllers.runtime.Kind;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.QueueMetrics;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.testkit.ManualTimers;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/// One seeded run: controllers over a [SimulatedApi], stepped in one thread. In disorder each
/// informer lags by its own number of events, sometimes hears events again (a watch that resumed)
/// or jumps over some (a new list), writes are refused now and then, and all controllers are
/// sometimes killed and built anew. In order ([#settle]) everything that is due is worked off.
/// Invariants are checked after every step.
public final class Simulation {

    /// Runs of each seeded test: 300, or what `-Dj8s.seeds` says.
    public static int seeds() {
        return Integer.getInteger("j8s.seeds", 300);
    }

    private static final int SETTLE_STEPS_MAX = 200_000;

    private final long seed;
    private final Random random;
    private final ManualTimers timers = new ManualTimers(Instant.parse("2030-01-01T00:00:00Z"));
    private final SimulatedApi api = new SimulatedApi(timers);
    private final List<Function<ControllerContext, Controller>> builders = new ArrayList<>();
    private final List<Function<ControllerContext, Worker>> workerBuilders = new ArrayList<>();
    private PrometheusRegistry told = new PrometheusRegistry();
    private final List<Runnable> invariants = new ArrayList<>();
    private final Map<Informer<?>, Integer> heard = new HashMap<>();
    private ControllerConfig config = ControllerConfig.of("CA", List.of());
    private Informers informers;
    private List<ControllerLoop<?>> loops = new ArrayList<>();
    private final List<Worker> workers = new ArrayList<>();
    private double refusals = 0.05;

    public Simulation(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
        this.informers = new Informers(api, timers, random);
    }

    public SimulatedApi api() {
        return api;
    }

    public ManualTimers timers() {
        return timers;
    }

    public Random random() {
        return random;
    }

    public Simulation config(ControllerConfig next) {
        this.config = next;
        return this;
    }

    /// How often a write is refused in disorder.
    public Simulation refusals(double share) {
        this.refusals = share;
        return this;
    }

    public Simulation with(Function<ControllerContext, Controller> builder) {
        builders.add(builder);
        return this;
    }

    /// Something that works beside controllers, in steps of its own.
    public interface Worker extends AutoCloseable {

        /// @return false when there was nothing to do
        boolean step() throws InterruptedException;

        @Override
        void close();
    }

    public Simulation withWorker(Function<ControllerContext, Worker> builder) {
        workerBuilders.add(builder);
        return this;
    }

    /// What the controllers count, since the last start.
    public PrometheusRegistry told() {
        return told;
    }

    /// Checked after every step; an AssertionError fails the run with its seed.
    public Simulation invariant(Runnable check) {
        invariants.add(check);
        return this;
    }

    /// Builds the controllers, as a process start does: empty caches, a first list each.
    public Simulation start() {
        loops.forEach(loop -> loop.queue().close());
        workers.forEach(Worker::close);
        workers.clear();
        heard.clear();
        informers = new Informers(api, timers, random);
        loops = new ArrayList<>();
        told = new PrometheusRegistry();
        var metrics = new QueueMetrics(told);
        var controllers = new ArrayList<Controller>();
        var context =
                new ControllerContext(
                        "simulated",
                        api,
                        informers,
                        timers,
                        random,
                        new EventRecorder("simulated", api, timers, Runnable::run),
                        metrics,
                        config,
                        Fanout.inOrder());
        builders.forEach(builder -> controllers.add(builder.apply(context)));
        workerBuilders.forEach(builder -> workers.add(builder.apply(context)));
        for (var informer : informers.all()) {
            relist(informer);
        }
        for (var controller : controllers) {
            controller.started();
            loops.addAll(controller.loops());
        }
        return this;
    }

    /// Steps in disorder.
    public void disorder(int steps) {
        api.faults((verb, kind, key) -> random.nextDouble() < refusals ? refusal(kind, key) : null);
        guarded(() -> {
            for (int i = 0; i < steps; i++) {
                chaoticStep();
                check();
            }
        });
        api.faults((_, _, _) -> null);
    }

    /// Works everything off in order, turning the clock by `patience` in all.
    public void settle(Duration patience) {
        guarded(() -> {
            var until = timers.now().plus(patience);
            for (int i = 0; i < SETTLE_STEPS_MAX; i++) {
                if (!orderlyStep(until)) {
                    timers.advance(Duration.between(timers.now(), until));
                    return;
                }
                check();
            }
            throw new AssertionError("no rest after " + SETTLE_STEPS_MAX + " steps");
        });
    }

    private void check() {
        invariants.forEach(Runnable::run);
        for (var loop : loops) {
            var bug = loop.lastBug();
            if (bug != null) {
                throw new AssertionError("a controller failed: " + bug, bug);
            }
        }
        for (var informer : informers.all()) {
            var bug = informer.lastBug();
            if (bug != null) {
                throw new AssertionError("a handler failed: " + bug, bug);
            }
        }
    }

    /// Runs a block so that a failure names the seed and the last writes.
    public void guarded(Steps block) {
        try {
            block.run();
        } catch (AssertionError | RuntimeException failed) {
            var log = api.log();
            throw new AssertionError(
                    "seed %d at %s: %s%n%s"
                            .formatted(
                                    seed,
                                    timers.now(),
                                    failed.getMessage(),
                                    String.join(
                                            "\n",
                                            log.subList(Math.max(0, log.size() - 60), log.size()))),
                    failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @FunctionalInterface
    public interface Steps {
        void run() throws InterruptedException;
    }

    private void chaoticStep() throws InterruptedException {
        int dice = random.nextInt(1000);
        if (dice < 2) {
            start(); // killed and started again
        } else if (dice < 6) {
            relist(pick(informers.all()));
        } else if (dice < 20) {
            repeat(pick(informers.all()));
        } else if (dice < 450) {
            deliver(pick(informers.all()), 1 + random.nextInt(4));
        } else if (dice < 900) {
            work(random.nextInt(Math.max(1, loops.size() + workers.size())));
        } else {
            turnClock(Duration.ofMillis(random.nextInt(3000)));
        }
    }

    /// @return false when nothing is left to do until `until`
    private boolean orderlyStep(Instant until) throws InterruptedException {
        for (var informer : informers.all()) {
            if (!informer.hasSynced()) {
                relist(informer);
                return true;
            }
            if (deliver(informer, Integer.MAX_VALUE)) {
                return true;
            }
        }
        for (var loop : loops) {
            if (loop.runOne()) {
                return true;
            }
        }
        for (var worker : workers) {
            if (worker.step()) {
                return true;
            }
        }
        var next = timers.untilNext();
        if (next.isEmpty() || timers.now().plus(next.get()).isAfter(until)) {
            return false;
        }
        timers.advance(next.get());
        return true;
    }

    private void work(int index) throws InterruptedException {
        if (index < loops.size()) {
            loops.get(index).runOne();
        } else if (index - loops.size() < workers.size()) {
            workers.get(index - loops.size()).step();
        }
    }

    private void turnClock(Duration most) {
        timers.untilNext()
                .ifPresent(next -> timers.advance(next.compareTo(most) < 0 ? next : most));
    }

    private <T> T pick(java.util.Collection<T> all) {
        var list = List.copyOf(all);
        return list.get(random.nextInt(list.size()));
    }

    private <T extends HasMetadata> void relist(Informer<T> informer) {
        var page = api.list(informer.kind(), EVERYTHING);
        informer.replace(page.items(), page.resourceVersion());
        heard.put(informer, api.history(informer.kind()).size());
    }

    private static final io.j8s.controllers.runtime.Api.Query EVERYTHING =
            io.j8s.controllers.runtime.Api.Query.all("");

    private <T extends HasMetadata> boolean deliver(Informer<T> informer, int most) {
        if (!informer.hasSynced()) {
            relist(informer);
            return true;
        }
        var history = api.history(informer.kind());
        int from = heard.getOrDefault(informer, 0);
        int to = (int) Math.min(history.size(), (long) from + most);
        for (int i = from; i < to; i++) {
            tell(informer, history.get(i));
        }
        heard.put(informer, to);
        return to > from;
    }

    /// A watch that broke and resumed a little too early: what it says again is known already.
    private <T extends HasMetadata> void repeat(Informer<T> informer) {
        int at = heard.getOrDefault(informer, 0);
        var history = api.history(informer.kind());
        for (int i = Math.max(0, at - 3); i < at; i++) {
            var entry = history.get(i);
            if (!entry.isDeleted() && informer.get(Meta.key(entry.object())).isPresent()) {
                tell(informer, entry);
            }
        }
    }

    private <T extends HasMetadata> void tell(Informer<T> informer, SimulatedApi.Entry entry) {
        var object = informer.kind().type().cast(entry.object());
        if (entry.isDeleted()) {
            informer.remove(object);
        } else {
            informer.put(object);
        }
    }

    private @Nullable StatusException refusal(Kind<?> kind, ObjectKey key) {
        return switch (random.nextInt(3)) {
            case 0 ->
                    SimulatedApi.conflict(
                            kind,
                            key,
                            "the object has been modified; please apply your changes to the latest"
                                    + " version and try again");
            case 1 ->
                    new StatusException(500, "InternalError", "Internal error occurred: simulated");
            default ->
                    new StatusException(
                            429, "TooManyRequests", "too many requests, please try again later");
        };
    }
}
