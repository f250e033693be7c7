/// Keys under another prefix than upstream's: `--etcd-prefix`. One decorator over any engine.
@NullMarked
package io.j8s.storage.prefix;

import org.jspecify.annotations.NullMarked;
