/// Names and metadata of objects: keys, groups, versions, kinds, resources, owner references. Pure
/// values; no I/O.
@NullMarked
package io.j8s.machinery.meta;

import org.jspecify.annotations.NullMarked;
