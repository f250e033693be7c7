/// Tests of the package of the same name, against a real etcd.
@NullMarked
package io.j8s.storage.etcd;

import org.jspecify.annotations.NullMarked;
