/// Pages for people who debug a server: `/statusz` and `/flagz`. Upstream calls them z-pages.
@NullMarked
package io.j8s.apiserver.zpages;

import org.jspecify.annotations.NullMarked;
