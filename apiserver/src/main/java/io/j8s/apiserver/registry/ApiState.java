package io.j8s.apiserver.registry;

import io.j8s.apiserver.admission.AdmissionPlugin;
import io.j8s.apiserver.cache.DirectReader;
import io.j8s.apiserver.cache.ObjectReader;
import io.j8s.apiserver.cache.WatchCache;
import io.j8s.apiserver.chain.Answers;
import io.j8s.apiserver.chain.Routes;
import io.j8s.apiserver.schema.ApiTable;
import io.j8s.apiserver.schema.Schema;
import io.j8s.machinery.meta.GroupResource;
import io.j8s.machinery.timers.Timers;
import io.j8s.storage.compact.Compactor;
import io.j8s.storage.lease.SharedLeases;
import io.j8s.storage.model.Store;
import io.j8s.storage.model.StoreException;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/// All objects and the verbs on them, without HTTP: what the other parts of the server are built
/// on. Made before them; admission is handed in when it exists.
public final class ApiState implements AutoCloseable {

    // upstream: --etcd-healthcheck-timeout
    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);

    private final Store store;
    private final Timers timers;
    private final Schema schema;
    private final Registry registry;
    private final Subscriptions subscriptions;
    private final RegistryLookup lookup;
    private final AdmissionChain admission = new AdmissionChain();
    private final WriteHooks hooks = new WriteHooks();
    private final Writes writes;
    private final Serving serving;
    private final EventFrames frames;
    private final List<WatchCache> caches = new CopyOnWriteArrayList<>();
    private final Compactor compactor;

    /// What the state is made of.
    ///
    /// @param strategies kinds without one go by the generic rules
    /// @param tables makes kubectl's tables
    /// @param isServed which versions are served
    public record Source(
            Store store,
            Timers timers,
            Schema schema,
            Collection<ResourceStrategy<?>> strategies,
            TableForm tables,
            Predicate<ApiTable.Version> isServed) {
        public Source {
            strategies = List.copyOf(strategies);
        }
    }

    public ApiState(Source source) {
        this.store = source.store();
        this.timers = source.timers();
        this.compactor = new Compactor(store, timers, Compactor.INTERVAL);
        this.schema = source.schema();
        this.registry =
                new Registry(
                        new Registry.Source(
                                schema,
                                schema.api(),
                                schema.storage(),
                                source.strategies(),
                                source.isServed(),
                                this::reader));
        var objects = new ObjectStore(store, new SharedLeases(store, timers));
        this.subscriptions = new Subscriptions(timers);
        this.lookup = new RegistryLookup(registry, objects, subscriptions);
        this.writes = new Writes(objects, admission, hooks, new FieldTracking(registry), timers);
        var forms = new Forms(schema, source.tables());
        var statuses =
                new StatusForms(schema.type("io.k8s.apimachinery.pkg.apis.meta.v1.Status"), forms);
        var bodies = new Bodies(schema);
        this.serving =
                new Serving(
                        new Answers(statuses),
                        forms,
                        bodies,
                        new DeleteBodies(bodies, schema),
                        writes,
                        timers);
        this.frames = new EventFrames(forms, statuses, timers);
    }

    /// Upstream keeps no watch cache of what comes and goes by itself: events.
    private ObjectReader reader(StoredKind kind) {
        if (kind.strategy().isUncached()) {
            return new DirectReader(store, kind.location(), kind::encoded, timers);
        }
        var cache = new WatchCache(store, kind.location(), kind::encoded, timers);
        caches.add(cache);
        return cache;
    }

    /// Begins to fill the caches; [Registry#isReady] tells when they are.
    public void start() {
        compactor.start();
        caches.forEach(WatchCache::start);
    }

    public Registry registry() {
        return registry;
    }

    /// Whether the store answers. May block for a moment.
    public boolean isStorageHealthy() {
        var asking = Thread.currentThread();
        try (var _ = timers.schedule(HEALTH_TIMEOUT, Runnable::run, asking::interrupt)) {
            store.revision();
            return true;
        } catch (StoreException _) {
            return false;
        } catch (InterruptedException _) {
            return false; // the limit; the thread goes on to answer
        }
    }

    public Lookup lookup() {
        return lookup;
    }

    public Writer writer() {
        return new RegistryWriter(registry, writes, timers);
    }

    public Serving serving() {
        return serving;
    }

    public Schema schema() {
        return schema;
    }

    public void admit(List<AdmissionPlugin> plugins) {
        admission.use(plugins);
    }

    /// What plugins say of objects that are answered and never stored.
    public AdmissionChain admission() {
        return admission;
    }

    /// What is reserved around the writes of some kinds.
    public void reserve(Map<GroupResource, WriteHook> all) {
        hooks.use(all);
    }

    /// Requests about stored resources.
    public Routes routes() {
        return new ResourceRoutes(registry, serving, frames);
    }

    @Override
    public void close() {
        compactor.close();
        subscriptions.close();
        caches.forEach(WatchCache::close);
    }
}
