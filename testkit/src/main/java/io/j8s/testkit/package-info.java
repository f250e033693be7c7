/// A cluster inside a JVM test, with a clock to turn.
@NullMarked
package io.j8s.testkit;

import org.jspecify.annotations.NullMarked;
