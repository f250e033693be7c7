/// What the engines have in common: delivery of watches, leases' ends, how long history is kept and
/// the rules every transaction must keep. Written against `model/` only.
@NullMarked
package io.j8s.storage.engine;

import org.jspecify.annotations.NullMarked;
