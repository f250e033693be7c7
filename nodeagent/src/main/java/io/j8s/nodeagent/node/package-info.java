/// The Node object: what the machine offers, its conditions, addresses and heartbeat.
@NullMarked
package io.j8s.nodeagent.node;

import org.jspecify.annotations.NullMarked;
