/// What cleans up: namespaces, dependents without owners, finished pods and jobs.
@NullMarked
package io.j8s.controllers.gc;

import org.jspecify.annotations.NullMarked;
