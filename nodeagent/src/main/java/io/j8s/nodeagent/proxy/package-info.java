/// The service proxy: Services and their endpoints as nftables rules (upstream: kube-proxy in
/// nftables mode). Planning is pure; only `Nft` and `Conntrack` touch the host.
@NullMarked
package io.j8s.nodeagent.proxy;

import org.jspecify.annotations.NullMarked;
