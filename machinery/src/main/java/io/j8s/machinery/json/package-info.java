/// JSON of fabric8's model classes without Jackson's introspection, which loads a builder with
/// every class it meets. What a few odd classes need is left to those who know fabric8's own
/// mapper.
@NullMarked
package io.j8s.machinery.json;

import org.jspecify.annotations.NullMarked;
