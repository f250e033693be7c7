/// Tests of the node controllers' rules.
@NullMarked
package io.j8s.controllers.node;

import org.jspecify.annotations.NullMarked;
