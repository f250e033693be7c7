package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.controllers.runtime.Api.Change;
import io.j8s.machinery.timers.Timers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/// Keeps one [Informer] equal to the server: list, watch from the list's revision, resume from the
/// last revision seen when a watch ends, list again on 410 or when anything unforeseen happens.
/// Runs in one virtual thread until interrupted; nothing else ends it.
final class Reflector<T extends HasMetadata> implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Reflector.class);
    private static final int PAGE = 500; // upstream: pager.defaultPageSize
    private static final Duration BACKOFF_MIN = Duration.ofMillis(800); // upstream: reflector
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(30);
    private static final Duration SHORT_WATCH = Duration.ofSeconds(1); // upstream: VeryShortWatch
    private static final Duration OVERDUE = Duration.ofSeconds(30);
    private static final Executor TASKS = task -> Thread.ofVirtual().start(task);

    private final Api api;
    private final Informer<T> informer;
    private final Informers.Part part;
    private final Timers timers;
    private final RandomGenerator random;
    private String version = "";
    private Duration backoff = BACKOFF_MIN;

    Reflector(
            Api api,
            Informer<T> informer,
            Informers.Part part,
            Timers timers,
            RandomGenerator random) {
        this.api = api;
        this.informer = informer;
        this.part = part;
        this.timers = timers;
        this.random = random;
    }

    @Override
    public void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                round();
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    @SuppressWarnings("CatchingUnchecked") // an edge: an informer that stops is a blind controller
    private void round() throws InterruptedException {
        try {
            if (version.isEmpty()) {
                version = list();
            }
            if (watch()) {
                backoff = BACKOFF_MIN;
            } else {
                pause("the watch ended at once and without an event");
            }
        } catch (StatusException refused) {
            if (refused.isExpired()) {
                version = "";
            } else {
                pause(refused.message());
            }
        } catch (UncheckedIOException unreachable) {
            pause(String.valueOf(unreachable.getMessage()));
        } catch (RuntimeException | StackOverflowError | LinkageError bug) {
            log.atError()
                    .setCause(bug)
                    .addKeyValue("resource", informer.kind().groupResource())
                    .log("list or watch failed, will list again");
            version = "";
            pause(String.valueOf(bug.getMessage()));
        }
    }

    private String list() {
        var items = new ArrayList<T>();
        var query = Api.Query.all(part.namespace()).fields(part.fieldSelector()).page(PAGE, "");
        while (true) {
            var page = api.list(informer.kind(), query);
            items.addAll(page.items());
            if (page.continueToken().isEmpty()) {
                informer.replace(items, page.resourceVersion());
                return page.resourceVersion();
            }
            query = query.page(PAGE, page.continueToken());
        }
    }

    /// @return whether the watch was of any use
    private boolean watch() throws InterruptedException {
        // upstream: between 5 and 10 minutes, so that watches do not end together
        var timeout = Duration.ofSeconds(random.nextInt(300, 600));
        long began = timers.nanoTime();
        boolean heard = false;
        var query = new Api.WatchQuery(part.namespace(), part.fieldSelector(), version, timeout);
        // the server ends a watch in time; one that does not end has lost its connection
        try (var stream = api.watch(informer.kind(), query);
                var _ = timers.schedule(timeout.plus(OVERDUE), TASKS, stream::close)) {
            for (var change = stream.next(); change != null; change = stream.next()) {
                apply(change);
                heard = true;
            }
        }
        return heard || timers.nanoTime() - began >= SHORT_WATCH.toNanos();
    }

    private void apply(Change<T> change) {
        switch (change) {
            case Change.Put<T>(var object) -> {
                informer.put(object);
                version = object.getMetadata().getResourceVersion();
            }
            case Change.Gone<T>(var object) -> {
                informer.remove(object);
                version = object.getMetadata().getResourceVersion();
            }
            case Change.Bookmark<T>(var newer) -> {
                informer.reached(newer);
                version = newer;
            }
            case Change.Refused<T>(var cause) -> throw cause;
        }
    }

    private void pause(String cause) throws InterruptedException {
        log.atDebug()
                .addKeyValue("resource", informer.kind().groupResource())
                .addKeyValue("cause", cause)
                .log("list or watch failed, will try again");
        var wait = backoff.plusMillis(random.nextLong(backoff.toMillis()));
        timers.sleep(wait);
        var doubled = backoff.multipliedBy(2);
        backoff = doubled.compareTo(BACKOFF_MAX) > 0 ? BACKOFF_MAX : doubled;
    }
}
