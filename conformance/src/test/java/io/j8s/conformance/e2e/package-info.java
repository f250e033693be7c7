/// The real `./j8s` driven by stock kubectl binaries, as a user would. Only here may tests sleep:
/// [Eventually] polls, with a deadline and a dump when it passes.
@NullMarked
package io.j8s.conformance.e2e;

import org.jspecify.annotations.NullMarked;
