/// Pod Security Standards: which pods a namespace takes, by its labels.
@NullMarked
package io.j8s.apiserver.plugins.podsecurity;

import org.jspecify.annotations.NullMarked;
