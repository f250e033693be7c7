/// The scheduling plugins, one file each; `Plugins` lists the default profile.
@NullMarked
package io.j8s.scheduler.plugins;

import org.jspecify.annotations.NullMarked;
