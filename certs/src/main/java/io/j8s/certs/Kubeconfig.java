package io.j8s.certs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/// A kubeconfig with one cluster, one user and one context, everything embedded.
///
/// @param server e.g. `https://127.0.0.1:6443`
/// @param authorityPem the cluster CA's certificate
public record Kubeconfig(
        String cluster, String user, String server, String authorityPem, Login login) {

    /// How the user proves who it is.
    public sealed interface Login {

        record Certificate(Credential credential) implements Login {}

        record Token(String token) implements Login {

            /// Never the token.
            @Override
            public String toString() {
                return "Token[…]";
            }
        }

        /// The `cluster-info` of a join: a cluster without a user.
        record None() implements Login {}
    }

    /// The context's name, `user@cluster` as kubeadm names it.
    public String context() {
        return user + "@" + cluster;
    }

    /// The file's text; kubectl's own field order.
    public String yaml() {
        var out = new StringBuilder(4096);
        out.append("apiVersion: v1\nclusters:\n- cluster:\n");
        out.append("    certificate-authority-data: ").append(base64(authorityPem)).append('\n');
        out.append("    server: ").append(server).append('\n');
        out.append("  name: ").append(quoted(cluster)).append('\n');
        if (login instanceof Login.None) {
            out.append("contexts: null\ncurrent-context: \"\"\nkind: Config\n");
            return out.append("preferences: {}\nusers: null\n").toString();
        }
        out.append("contexts:\n- context:\n    cluster: ").append(quoted(cluster));
        out.append("\n    user: ").append(quoted(user));
        out.append("\n  name: ").append(quoted(context()));
        out.append("\ncurrent-context: ").append(quoted(context()));
        out.append("\nkind: Config\npreferences: {}\nusers:\n- name: ").append(quoted(user));
        out.append("\n  user:\n");
        switch (login) {
            case Login.Certificate(var credential) ->
                    out.append("    client-certificate-data: ")
                            .append(base64(credential.certificatePem()))
                            .append("\n    client-key-data: ")
                            .append(base64(credential.keyPem()))
                            .append('\n');
            case Login.Token(var token) ->
                    out.append("    token: ").append(quoted(token)).append('\n');
            case Login.None() -> throw new IllegalStateException("answered above");
        }
        return out.toString();
    }

    /// Writes it with mode 0600, whole or not at all.
    public void write(Path file) throws IOException {
        PrivateFiles.writeIfChanged(file, yaml());
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String quoted(String text) {
        return text.matches("[A-Za-z][A-Za-z0-9_.@-]*")
                ? text
                : "'" + text.replace("'", "''") + "'";
    }
}
