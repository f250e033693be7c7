package io.j8s.apiserver.registry;

import io.j8s.apiserver.registry.WriteRequest.WriteOptions;
import io.j8s.apiserver.request.RequestContext;
import io.j8s.apiserver.request.RequestInfo;
import io.j8s.apiserver.request.UserInfo;
import io.j8s.apiserver.schema.FieldValidation;
import io.j8s.apiserver.schema.Tree;
import io.j8s.machinery.meta.GroupVersionResource;
import io.j8s.machinery.meta.ObjectKey;
import io.j8s.machinery.timers.Timers;

import java.time.Duration;

/// Writes of the server's own parts, the same way as a client's. Any thread that may block.
public final class RegistryWriter implements Writer {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final WriteOptions OPTIONS =
            new WriteOptions(false, FieldValidation.IGNORE, "kube-apiserver", false);

    private final Registry registry;
    private final Writes writes;
    private final Timers timers;

    public RegistryWriter(Registry registry, Writes writes, Timers timers) {
        this.registry = registry;
        this.writes = writes;
        this.timers = timers;
    }

    @Override
    public Tree create(UserInfo user, GroupVersionResource resource, Tree object)
            throws InterruptedException {
        var key =
                new ObjectKey(
                        object.string("metadata.namespace", ""),
                        object.string("metadata.name", ""));
        return writes.create(request(user, resource, key, "create", ""), object);
    }

    @Override
    public Tree update(
            UserInfo user, GroupVersionResource resource, String subresource, Tree object)
            throws InterruptedException {
        var key =
                new ObjectKey(
                        object.string("metadata.namespace", ""),
                        object.string("metadata.name", ""));
        return writes.update(request(user, resource, key, "update", subresource), object).object();
    }

    @Override
    public void delete(UserInfo user, GroupVersionResource resource, ObjectKey key)
            throws InterruptedException {
        writes.delete(request(user, resource, key, "delete", ""), DeleteOptions.NONE);
    }

    private WriteRequest request(
            UserInfo user,
            GroupVersionResource gvr,
            ObjectKey key,
            String verb,
            String subresource) {
        var resource = registry.find(gvr.group(), gvr.version(), gvr.resource());
        if (resource == null) {
            throw new IllegalStateException("no such resource: " + gvr);
        }
        var info =
                new RequestInfo(
                        true,
                        "",
                        verb,
                        gvr.group(),
                        gvr.version(),
                        key.namespace(),
                        gvr.resource(),
                        subresource,
                        key.name(),
                        "");
        var context =
                new RequestContext("", info, user, "kube-apiserver", timers.deadline(TIMEOUT));
        return new WriteRequest(resource, context, key, subresource, OPTIONS);
    }
}
