/// What a cluster holds before anyone asks: system namespaces, RBAC policy, the Service
/// `kubernetes`, priority classes and what components look for at their start.
@NullMarked
package io.j8s.apiserver.bootstrap;

import org.jspecify.annotations.NullMarked;
