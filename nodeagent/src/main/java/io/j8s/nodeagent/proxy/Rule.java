package io.j8s.nodeagent.proxy;

import io.j8s.nodeagent.nftables.Expression;
import io.j8s.nodeagent.nftables.Field;
import io.j8s.nodeagent.nftables.Verdict;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A rule of a Service's chain: what is planned, and compared to find what changes.
sealed interface Rule {

    /// For every packet.
    record Always(Verdict verdict) implements Rule {}

    /// For packets that come from a range of addresses.
    record FromRange(String cidr, Verdict verdict) implements Rule {}

    /// For packets that come from this host.
    record FromThisHost(Verdict verdict) implements Rule {}

    /// For packets whose client was sent to that endpoint not long ago.
    record IfRemembered(int endpoint, Verdict verdict) implements Rule {}

    /// Notes that a client was sent to that endpoint.
    record Remember(int endpoint, int seconds) implements Rule {}

    /// For every nth packet.
    record EveryNth(int n, Verdict verdict) implements Rule {}

    /// Sends the connection to an endpoint.
    record To(String protocol, String ip, int port) implements Rule {}

    /// Sends the connection to the next of the balancing chain's endpoints.
    ///
    /// @param chain the balancing chain's number
    record Next(String protocol, int chain, int count) implements Rule {}

    /// What the kernel is to do.
    default List<Expression> expressions(Sets sets, Family family) {
        var steps = new ArrayList<Expression>();
        switch (this) {
            case Always always -> steps.add(Expression.verdict(always.verdict()));
            case FromRange from -> {
                steps.add(family.source(0));
                steps.addAll(Expression.inRange(0, from.cidr(), true));
                steps.add(Expression.verdict(from.verdict()));
            }
            case FromThisHost from -> {
                steps.addAll(Expression.ofThisHost(true));
                steps.add(Expression.verdict(from.verdict()));
            }
            case IfRemembered known -> {
                steps.add(family.source(0));
                steps.add(Expression.keyPart(known.endpoint(), family.words()));
                steps.add(Expression.isIn(sets.affinity(), 0));
                steps.add(Expression.verdict(known.verdict()));
            }
            case Remember choice -> {
                steps.add(family.source(0));
                steps.add(Expression.keyPart(choice.endpoint(), family.words()));
                var life = Duration.ofSeconds(choice.seconds());
                steps.add(Expression.remember(sets.affinity(), 0, life));
            }
            case EveryNth nth -> {
                steps.add(Expression.inTurn(0, nth.n(), 0));
                steps.add(Expression.equal(0, Field.number(0)));
                steps.add(Expression.verdict(nth.verdict()));
            }
            case To to -> {
                isProtocol(to.protocol(), steps);
                steps.add(Expression.constant(family.address().encode(to.ip()), 0));
                var port = Field.PORT.encode(Integer.toString(to.port()));
                steps.add(Expression.constant(port, family.words()));
                steps.add(Expression.translate(family.number(), 0, family.words()));
            }
            case Next next -> {
                isProtocol(next.protocol(), steps);
                steps.add(Expression.inTurn(Sets.firstTurn(next.chain()), next.count(), 0));
                steps.add(Expression.valueOf(sets.endpoints(next.chain()), 0, 0));
                steps.add(Expression.translate(family.number(), 0, family.words()));
            }
        }
        return steps;
    }

    /// The map that led here has asked that already; but without it `nft` does not take back what
    /// it lists.
    private static void isProtocol(String protocol, List<Expression> steps) {
        steps.add(Expression.protocol(0));
        steps.add(Expression.equal(0, Field.PROTOCOL.encode(protocol)));
    }
}
