package io.j8s.scheduler.core;

import io.fabric8.kubernetes.api.model.Node;

import java.util.Map;

/// Opens the cache to tests of plugins.
public final class ClusterCacheFixture {

    private final ClusterCache cache = new ClusterCache(name -> Map.of("name", name));

    public void node(Node node) {
        cache.putNode(node);
    }

    public void pod(PodInfo pod) {
        cache.putPod(pod);
    }

    public Snapshot snapshot() {
        return cache.snapshot();
    }
}
