/// The scheduler as a process: what wires the framework and its plugins together.
@NullMarked
package io.j8s.scheduler;

import org.jspecify.annotations.NullMarked;
