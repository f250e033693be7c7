/// One class per volume type; mounting and unmounting are idempotent.
@NullMarked
package io.j8s.nodeagent.volumes;

import org.jspecify.annotations.NullMarked;
