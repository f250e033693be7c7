/// Admission plugins, one file each; `Admission` lists them in upstream's order.
@NullMarked
package io.j8s.apiserver.admission;

import org.jspecify.annotations.NullMarked;
