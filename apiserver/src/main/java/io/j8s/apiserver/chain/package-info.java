/// A request's way from its arrival to the verb that does what it asks: who sends it, what it asks,
/// whether it may. Knows nothing of sockets.
@NullMarked
package io.j8s.apiserver.chain;

import org.jspecify.annotations.NullMarked;
