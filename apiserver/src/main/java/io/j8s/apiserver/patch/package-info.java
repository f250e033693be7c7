/// Patches on objects: JSON patch, merge patch and strategic merge patch, with upstream's meanings
/// and error texts. Pure rules on trees.
@NullMarked
package io.j8s.apiserver.patch;

import org.jspecify.annotations.NullMarked;
