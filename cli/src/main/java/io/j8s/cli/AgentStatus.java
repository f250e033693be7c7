package io.j8s.cli;

import io.j8s.certs.Credential;
import io.j8s.certs.Pem;
import io.j8s.cli.Findings.Finding;

import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;

/// `j8s status` on a machine that joined: its node as the cluster sees it, asked for with the
/// node's own certificate.
final class AgentStatus {

    private static final String NODES_NAME = "CN=system:node:";

    private AgentStatus() {}

    /// Whether a directory is an agent's: it has a server, and no keys of a cluster.
    static boolean isOf(DataDirectory directory) {
        return Files.exists(server(directory))
                && !Files.exists(directory.certificates().resolve("ca.key"));
    }

    static List<Finding> look(DataDirectory directory, Terminal terminal)
            throws CommandException, IOException, InterruptedException {
        var server = Files.readString(server(directory)).strip();
        var own = credential(directory);
        var name = nodeName(own);
        terminal.line("node %s of the cluster at %s".formatted(name, server));
        var authority = Files.readString(directory.certificates().resolve("ca.crt"));
        try (var api = ApiCalls.of(server, Pem.readCertificates(authority), own)) {
            var answer = api.get("/api/v1/nodes/" + name);
            return switch (answer.status()) {
                case 200 ->
                        NodeFindings.of(
                                new JsonMapper().readTree("{\"items\":[" + answer.body() + "]}"));
                case 404 ->
                        List.of(
                                new Finding(
                                        "the cluster has no node " + name,
                                        "somebody deleted it: stop j8s and start it again, it"
                                                + " registers anew"));
                case 401 -> throw new CommandException(unknown(directory));
                default ->
                        throw new CommandException(
                                "the cluster at %s answers %d: `j8s status` on its own machine tells why"
                                        .formatted(server, answer.status()));
            };
        } catch (GeneralSecurityException e) {
            throw new CommandException(unknown(directory), e);
        } catch (IOException e) {
            throw new CommandException(
                    "the cluster at %s does not answer (%s): does it run, and does this machine reach it? Pods here run on meanwhile"
                            .formatted(server, StatusCommand.reason(e)),
                    e);
        }
    }

    private static Path server(DataDirectory directory) {
        return directory.path().resolve("server");
    }

    private static Credential credential(DataDirectory directory)
            throws CommandException, IOException {
        var file = directory.certificates().resolve("kubelet-client-current.pem");
        if (!Files.exists(file)) {
            throw new CommandException(
                    "it has not joined yet: " + directory.log() + " has its progress");
        }
        try {
            return Credential.parse(Files.readString(file));
        } catch (AccessDeniedException e) {
            throw e;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new CommandException(unknown(directory), e);
        }
    }

    private static String unknown(DataDirectory directory) {
        return "the certificate in %s is not the cluster's: stop j8s, remove that directory and join again with a new token"
                .formatted(directory.certificates());
    }

    private static String nodeName(Credential own) {
        var subject = own.certificate().getSubjectX500Principal().getName();
        for (var part : List.of(subject.split(",", -1))) {
            if (part.startsWith(NODES_NAME)) {
                return part.substring(NODES_NAME.length());
            }
        }
        return subject;
    }
}
