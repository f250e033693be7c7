/// One class per probe type, and the worker that turns results into decisions.
@NullMarked
package io.j8s.nodeagent.probes;

import org.jspecify.annotations.NullMarked;
