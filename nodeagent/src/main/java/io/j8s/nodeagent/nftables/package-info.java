/// nftables as the kernel speaks it: tables, chains, rules and elements as netlink messages, sent
/// in batches that take effect at once. No `nft` program is run, because it reads the whole ruleset
/// for most commands.
@NullMarked
package io.j8s.nodeagent.nftables;

import org.jspecify.annotations.NullMarked;
