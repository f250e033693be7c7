/// Cluster DNS (upstream: the DNS specification 1.1.0 of kubernetes/dns, served like CoreDNS does
/// by default). Names of the cluster are answered from informers, so that an outage of the API
/// server changes nothing; everything else is forwarded.
@NullMarked
package io.j8s.nodeagent.dns;

import org.jspecify.annotations.NullMarked;
