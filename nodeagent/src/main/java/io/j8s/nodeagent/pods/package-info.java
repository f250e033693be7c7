/// Pods as they run: one worker per pod brings it to its spec and tells the API server, by the
/// rules of package core.
@NullMarked
package io.j8s.nodeagent.pods;

import org.jspecify.annotations.NullMarked;
