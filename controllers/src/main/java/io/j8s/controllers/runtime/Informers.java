package io.j8s.controllers.runtime;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.timers.Timers;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// The informers of a process, one for each kind however many controllers ask. Those asked for
/// before [#start] begin with it, later ones at once. Safe for use by many threads.
public final class Informers implements AutoCloseable {

    private final Api api;
    private final Timers timers;
    private final RandomGenerator random;
    private final Map<Part, Informer<?>> informers = new LinkedHashMap<>();
    private final Map<Part, Thread> threads = new LinkedHashMap<>();
    private boolean started;

    /// What of a resource an informer holds.
    ///
    /// @param namespace empty for all
    /// @param fieldSelector empty for everything
    record Part(GroupVersionResource resource, String namespace, String fieldSelector) {

        static Part whole(GroupVersionResource resource) {
            return new Part(resource, "", "");
        }
    }

    public Informers(Api api, Timers timers, RandomGenerator random) {
        this.api = api;
        this.timers = timers;
        this.random = random;
    }

    @SuppressWarnings("unchecked") // one Kind per resource: the key fixes the type
    private synchronized <T extends HasMetadata> Informer<T> of(Kind<T> kind, Part part) {
        var known = informers.get(part);
        if (known != null) {
            return (Informer<T>) known;
        }
        var informer = new Informer<>(kind);
        informers.put(part, informer);
        if (started) {
            run(part, informer);
        }
        return informer;
    }

    public <T extends HasMetadata> Informer<T> of(Kind<T> kind) {
        return of(kind, Part.whole(kind.resource()));
    }

    /// An informer of a part only, for those who need few of many, such as one type of Secrets.
    public <T extends HasMetadata> Informer<T> of(
            Kind<T> kind, String namespace, String fieldSelector) {
        return of(kind, new Part(kind.resource(), namespace, fieldSelector));
    }

    /// The informer of a discovered resource: the typed one where [Kinds] has it, else one that
    /// holds metadata only.
    public synchronized Informer<? extends HasMetadata> of(
            GroupVersionResource resource, String kind, boolean isNamespaced) {
        var known = informers.get(Part.whole(resource));
        if (known != null) {
            return known;
        }
        for (Kind<?> typed : Kinds.ALL) {
            if (typed.resource().equals(resource)) {
                return of(typed);
            }
        }
        return of(
                new Kind<>(
                        GenericKubernetesResource.class,
                        resource.group(),
                        resource.version(),
                        resource.resource(),
                        kind,
                        isNamespaced,
                        true));
    }

    /// Stops and forgets the informer of a resource that is no longer served.
    public synchronized void drop(GroupVersionResource resource) {
        informers.remove(Part.whole(resource));
        var thread = threads.remove(Part.whole(resource));
        if (thread != null) {
            thread.interrupt();
        }
    }

    public synchronized Collection<Informer<?>> all() {
        return List.copyOf(informers.values());
    }

    public synchronized void start() {
        if (started) {
            return; // two threads would turn one cache forth and back
        }
        started = true;
        informers.forEach(this::run);
    }

    @Override
    public synchronized void close() {
        started = false;
        threads.values().forEach(Thread::interrupt);
        threads.clear();
    }

    private <T extends HasMetadata> void run(Part part, Informer<T> informer) {
        var thread =
                Thread.ofVirtual()
                        .name("informer " + informer.kind().groupResource())
                        .start(new Reflector<>(api, informer, part, timers, random));
        threads.put(part, thread);
    }
}
