/// Time as everything in the cluster sees it. Nothing outside this package reads a clock or sleeps,
/// which is what lets a test turn the clock of a whole cluster.
@NullMarked
package io.j8s.machinery.timers;

import org.jspecify.annotations.NullMarked;
