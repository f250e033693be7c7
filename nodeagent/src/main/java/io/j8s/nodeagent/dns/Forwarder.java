package io.j8s.nodeagent.dns;

import io.j8s.machinery.timers.Timers;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/// Asks other servers for names outside the cluster: a stub domain's own, else the node's. They are
/// asked in order; a server that does not answer in time leaves its turn to the next.
final class Forwarder {

    private static final Logger log = LoggerFactory.getLogger(Forwarder.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final AnswerCache cache;
    private volatile DnsConfig config;

    Forwarder(DnsConfig config, Timers timers) {
        this.config = config;
        this.cache = new AnswerCache(timers);
    }

    /// Asks others from now on; what those before have answered is forgotten.
    void use(DnsConfig changed) {
        config = changed;
        cache.clear();
    }

    /// What came of asking.
    sealed interface Outcome {

        record Answered(Message message) implements Outcome {}

        /// Nobody is there to ask.
        record Refused() implements Outcome {}

        /// Nobody answered.
        record Failed() implements Outcome {}
    }

    Outcome ask(Record question) {
        var kept = cache.get(question.getName(), question.getType());
        if (kept.isPresent()) {
            try {
                return new Outcome.Answered(new Message(kept.get()));
            } catch (IOException e) {
                throw new IllegalStateException("kept an answer that cannot be read", e);
            }
        }
        var servers = serversFor(question.getName());
        if (servers.isEmpty()) {
            return new Outcome.Refused();
        }
        for (InetSocketAddress server : servers) {
            try {
                var resolver = new SimpleResolver(server);
                resolver.setTimeout(TIMEOUT);
                var answer = resolver.send(Message.newQuery(question));
                cache.put(question.getName(), question.getType(), answer);
                return new Outcome.Answered(answer);
            } catch (IOException failed) {
                log.atDebug()
                        .addKeyValue("server", server)
                        .addKeyValue("cause", failed.getMessage())
                        .log("upstream DNS server did not answer");
            }
        }
        return new Outcome.Failed();
    }

    private List<InetSocketAddress> serversFor(Name name) {
        var known = config;
        Name longest = Name.root;
        for (Name stub : known.stubDomains().keySet()) {
            if (name.subdomain(stub) && stub.labels() > longest.labels()) {
                longest = stub;
            }
        }
        return known.stubDomains().getOrDefault(longest, known.upstreams());
    }
}
