/// What the API server counts of itself, under upstream's names, and `/metrics`.
@NullMarked
package io.j8s.apiserver.metrics;

import org.jspecify.annotations.NullMarked;
