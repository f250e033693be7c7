/// The controllers around nodes: health and taints, address ranges.
@NullMarked
package io.j8s.controllers.node;

import org.jspecify.annotations.NullMarked;
