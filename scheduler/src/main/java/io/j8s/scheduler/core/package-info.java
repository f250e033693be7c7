/// The scheduling framework: what is known of pods and nodes, the queue, the cycle that finds a
/// node and the binding that follows. Plugins see only this package.
@NullMarked
package io.j8s.scheduler.core;

import org.jspecify.annotations.NullMarked;
