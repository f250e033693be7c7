package io.j8s.cli;

import io.j8s.cli.Findings.Finding;

import tools.jackson.databind.JsonNode;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/// Whether the cluster's DNS answers where pods ask it; only a machine with a node can tell.
final class DnsFindings {

    private static final Pattern DOMAIN = Pattern.compile("(?m)^clusterDomain: (\\S+)$");
    private static final int TRIES = 3; // one datagram may be lost

    private DnsFindings() {}

    static List<Finding> of(JsonNode services, String domain) {
        var address = address(services);
        if (address.isEmpty()) {
            return List.of(
                    new Finding(
                            "there is no Service kube-system/kube-dns, so pods find no names",
                            "it comes back by itself within seconds; else stop j8s and start it"
                                    + " again; pods stay"));
        }
        var probe = new DnsProbe(address, domain);
        for (int i = 0; i < TRIES; i++) {
            if (probe.answers()) {
                return List.of();
            }
        }
        return List.of(
                new Finding(
                        "cluster DNS does not answer at " + address,
                        "stop j8s and start it again, it makes the rules anew; pods stay; what else"
                                + " changes the host's firewall?"));
    }

    private static String address(JsonNode services) {
        for (var service : services.path("items")) {
            var metadata = service.path("metadata");
            if (metadata.path("namespace").asString("").equals("kube-system")
                    && metadata.path("name").asString("").equals("kube-dns")) {
                return service.path("spec").path("clusterIP").asString("");
            }
        }
        return "";
    }

    /// As the cluster tells it to machines that join.
    static String domain(ApiCalls api) throws IOException, InterruptedException {
        var answer = api.get("/api/v1/namespaces/kube-system/configmaps/kubelet-config");
        var match = DOMAIN.matcher(answer.body().replace("\\n", "\n"));
        return match.find() ? match.group(1) : "cluster.local";
    }
}
