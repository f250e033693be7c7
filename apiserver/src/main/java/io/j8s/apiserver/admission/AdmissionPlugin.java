package io.j8s.apiserver.admission;

/// One admission plugin. It may change the object in [#mutate] and refuse in either method by
/// throwing an `ApiException`. Runs on a virtual thread and may block.
public interface AdmissionPlugin {

    /// Upstream's name, as `--disable-admission-plugins` spells it.
    String name();

    /// Whether the plugin wants to see this request at all; cheap.
    boolean handles(AdmissionAttributes attributes);

    /// Changes `attributes.object()` or refuses. The default does neither.
    default void mutate(AdmissionAttributes attributes) throws InterruptedException {}

    /// Refuses or lets pass; must not change the object.
    default void validate(AdmissionAttributes attributes) throws InterruptedException {}
}
