/// Images: when to pull, with which credentials, and how long to back off.
@NullMarked
package io.j8s.nodeagent.images;

import org.jspecify.annotations.NullMarked;
