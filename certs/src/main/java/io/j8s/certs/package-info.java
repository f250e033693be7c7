/// The cluster's keys and certificates: authorities, what they sign, the files they live in and the
/// kubeconfig files made of them. BouncyCastle is used in [X509Writer] and [ForeignPem] only, and
/// only when something new is made: a start on existing files never loads it.
@NullMarked
package io.j8s.certs;

import org.jspecify.annotations.NullMarked;
