/// Addresses and ports that are given to Services: chosen, reserved, given back and repaired, in
/// upstream's own objects, so that a cluster taken over never gives one away twice.
@NullMarked
package io.j8s.apiserver.allocation;

import org.jspecify.annotations.NullMarked;
