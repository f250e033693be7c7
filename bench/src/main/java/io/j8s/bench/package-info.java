/// Benchmarks, each a `main` that prints a ratio or a distribution.
@NullMarked
package io.j8s.bench;

import org.jspecify.annotations.NullMarked;
