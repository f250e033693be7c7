package io.j8s.scheduler.core;

/// Hears of a pod that was bound, e.g. to clean up after itself.
public interface PostBindPlugin extends Plugin {

    void postBind(PodInfo pod, String node);
}
