/// Parts of resources that behave on their own: status, scale, binding, eviction and the like.
@NullMarked
package io.j8s.apiserver.subresource;

import org.jspecify.annotations.NullMarked;
