/// Texts with a meaning: resource quantities, percentages, durations, timestamps, ages. All parse
/// and print exactly as Go does for upstream. Immutable values and pure functions.
@NullMarked
package io.j8s.machinery.quantity;

import org.jspecify.annotations.NullMarked;
