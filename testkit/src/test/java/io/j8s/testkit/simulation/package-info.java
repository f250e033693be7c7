/// Seeded runs of the controllers.
@NullMarked
package io.j8s.testkit.simulation;

import org.jspecify.annotations.NullMarked;
