/// What every controller shares and nothing about any kind: informers, work queues, reconcile
/// loops, events, leases. Everything that knows a kind stands in the controllers' own files.
@NullMarked
package io.j8s.controllers.runtime;

import org.jspecify.annotations.NullMarked;
