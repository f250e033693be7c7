/// The cluster as the agent sees it: the few API calls it makes, and events.
@NullMarked
package io.j8s.nodeagent.api;

import org.jspecify.annotations.NullMarked;
