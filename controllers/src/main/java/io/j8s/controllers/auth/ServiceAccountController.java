package io.j8s.controllers.auth;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.j8s.controllers.runtime.Api;
import io.j8s.controllers.runtime.Controller;
import io.j8s.controllers.runtime.ControllerContext;
import io.j8s.controllers.runtime.ControllerLoop;
import io.j8s.controllers.runtime.Informer;
import io.j8s.controllers.runtime.Kinds;
import io.j8s.controllers.runtime.Meta;
import io.j8s.controllers.runtime.Outcome;
import io.j8s.controllers.runtime.StatusException;
import io.j8s.machinery.meta.ObjectKey;

import java.util.List;

/// Keeps a ServiceAccount `default` in every namespace, so that pods can be created there.
public final class ServiceAccountController implements Controller {

    private static final String DEFAULT = "default";

    private final Api api;
    private final Informer<Namespace> namespaces;
    private final Informer<ServiceAccount> accounts;
    private final List<ControllerLoop<?>> loops;

    public ServiceAccountController(ControllerContext context) {
        this.api = context.api();
        this.namespaces = context.informer(Kinds.NAMESPACES);
        this.accounts = context.informer(Kinds.SERVICE_ACCOUNTS);
        var queue = context.queue("serviceaccount");
        this.loops = List.of(context.loop(queue, this::reconcile, 1));
        namespaces.onChange((_, after) -> {
            if (after != null) {
                queue.add(Meta.key(after));
            }
        });
        accounts.onChange((before, after) -> {
            if (after == null && before != null && Meta.name(before).equals(DEFAULT)) {
                queue.add(ObjectKey.clusterScoped(Meta.namespace(before)));
            }
        });
    }

    @Override
    public List<ControllerLoop<?>> loops() {
        return loops;
    }

    Outcome reconcile(ObjectKey key) {
        var namespace = namespaces.get(key);
        if (namespace.isEmpty()
                || Meta.isTerminating(namespace.get())
                || accounts.get(new ObjectKey(key.name(), DEFAULT)).isPresent()) {
            return Outcome.DONE;
        }
        try {
            api.create(
                    Kinds.SERVICE_ACCOUNTS,
                    new ServiceAccountBuilder()
                            .withNewMetadata()
                            .withNamespace(key.name())
                            .withName(DEFAULT)
                            .endMetadata()
                            .build());
        } catch (StatusException refused) {
            // upstream: a namespace that is ending takes nothing more, and that is fine
            if (!refused.isAlreadyExists()
                    && !refused.isNotFound()
                    && !refused.isNamespaceTerminating()) {
                throw refused;
            }
        }
        return Outcome.DONE;
    }
}
