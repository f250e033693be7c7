package io.j8s.controllers.runtime;

/// Where clients come from: in one process the in-process transport with a fixed identity, else a
/// network client. Whoever implements it closes what it gave.
@FunctionalInterface
public interface Clients {

    /// A client that acts as `system:serviceaccount:kube-system:NAME`; an empty name asks for the
    /// process's own identity (`system:kube-controller-manager`), which the shared informers use.
    Api forServiceAccount(String name);
}
