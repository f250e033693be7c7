/// What makes starts of the JVM quick: rewriting of the launcher's jars before the start-up cache
/// is trained, and what the JVM would make early and slowly, made late or beside. Knows nothing of
/// clusters.
@NullMarked
package io.j8s.cli.startup;

import org.jspecify.annotations.NullMarked;
