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
    private final Map<GroupVersionResource, Informer<?>> informers = new LinkedHashMap<>();
    private final Map<GroupVersionResource, Thread> threads = new LinkedHashMap<>();
    private boolean started;

    public Informers(Api api, Timers timers, RandomGenerator random) {
        this.api = api;
        this.timers = timers;
        this.random = random;
    }

    @SuppressWarnings("unchecked") // one Kind per resource: the key fixes the type
    public synchronized <T extends HasMetadata> Informer<T> of(Kind<T> kind) {
        var known = informers.get(kind.resource());
        if (known != null) {
            return (Informer<T>) known;
        }
        var informer = new Informer<>(kind);
        informers.put(kind.resource(), informer);
        if (started) {
            run(informer);
        }
        return informer;
    }

    /// The informer of a discovered resource: the typed one where [Kinds] has it, else one that
    /// holds metadata only.
    public synchronized Informer<? extends HasMetadata> of(
            GroupVersionResource resource, String kind, boolean isNamespaced) {
        var known = informers.get(resource);
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
        informers.remove(resource);
        var thread = threads.remove(resource);
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
        informers.values().forEach(this::run);
    }

    @Override
    public synchronized void close() {
        started = false;
        threads.values().forEach(Thread::interrupt);
        threads.clear();
    }

    private <T extends HasMetadata> void run(Informer<T> informer) {
        var thread =
                Thread.ofVirtual()
                        .name("informer " + informer.kind().groupResource())
                        .start(new Reflector<>(api, informer, timers, random));
        threads.put(informer.kind().resource(), thread);
    }
}
