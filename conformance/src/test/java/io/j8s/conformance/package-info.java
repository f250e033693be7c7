/// Black-box suites: the architecture test, and the real `./j8s` driven by the real kubectl.
@NullMarked
package io.j8s.conformance;

import org.jspecify.annotations.NullMarked;
