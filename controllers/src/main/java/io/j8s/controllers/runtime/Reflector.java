package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.controllers.runtime.Api.Change;
import io.j8s.machinery.timers.Timers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.random.RandomGenerator;

/// Keeps one [Informer] equal to the server: list, watch from the list's revision, resume from the
/// last revision seen when a watch ends, list again on 410. Runs in one virtual thread until
/// interrupted.
final class Reflector<T extends HasMetadata> implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Reflector.class);
    private static final int PAGE = 500; // upstream: pager.defaultPageSize
    private static final Duration BACKOFF_MIN = Duration.ofMillis(800); // upstream: reflector
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(30);

    private final Api api;
    private final Informer<T> informer;
    private final Timers timers;
    private final RandomGenerator random;
    private String version = "";
    private Duration backoff = BACKOFF_MIN;

    Reflector(Api api, Informer<T> informer, Timers timers, RandomGenerator random) {
        this.api = api;
        this.informer = informer;
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

    private void round() throws InterruptedException {
        try {
            if (version.isEmpty()) {
                version = list();
            }
            watch();
            backoff = BACKOFF_MIN;
        } catch (StatusException refused) {
            if (refused.isExpired()) {
                version = "";
            } else {
                pause(refused.message());
            }
        } catch (UncheckedIOException | IllegalArgumentException unreachable) {
            pause(String.valueOf(unreachable.getMessage()));
        }
    }

    private String list() {
        var items = new ArrayList<T>();
        var query = Api.Query.all("").page(PAGE, "");
        while (true) {
            var page = api.list(informer.kind(), query);
            items.addAll(page.items());
            if (page.continueToken().isEmpty()) {
                informer.replace(items);
                return page.resourceVersion();
            }
            query = query.page(PAGE, page.continueToken());
        }
    }

    private void watch() throws InterruptedException {
        // upstream: between 5 and 10 minutes, so that watches do not end together
        var timeout = Duration.ofSeconds(random.nextInt(300, 600));
        try (var stream = api.watch(informer.kind(), new Api.WatchQuery("", version, timeout))) {
            for (var change = stream.next(); change != null; change = stream.next()) {
                apply(change);
            }
        }
    }

    private void apply(Change<T> change) {
        switch (change) {
            case Change.Put<T>(var object) -> {
                version = object.getMetadata().getResourceVersion();
                informer.put(object);
            }
            case Change.Gone<T>(var object) -> {
                version = object.getMetadata().getResourceVersion();
                informer.remove(object);
            }
            case Change.Bookmark<T>(var newer) -> version = newer;
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
