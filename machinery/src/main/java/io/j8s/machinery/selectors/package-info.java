/// Label and field selectors: parse, match and print, with upstream's grammar and error texts
/// (`k8s.io/apimachinery/pkg/labels` and `/fields`). Immutable values.
@NullMarked
package io.j8s.machinery.selectors;

import org.jspecify.annotations.NullMarked;
