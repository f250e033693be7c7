/// Seeded simulation: controllers driven step by step in one thread, with late, repeated and
/// skipped watch events, conflicts and restarts, so that a seed tells the whole run.
@NullMarked
package io.j8s.testkit.simulation;

import org.jspecify.annotations.NullMarked;
