package io.j8s.apiserver.resources.certificates;

import io.j8s.apiserver.resources.rules.At;
import io.j8s.apiserver.resources.rules.Conditions;
import io.j8s.apiserver.schema.Tree;
import io.j8s.certs.CertificateContent;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/// What a signer may write into the status of a PodCertificateRequest (upstream:
/// `ValidatePodCertificateRequestStatusUpdate`).
///
/// @param now the server's time
record IssuedCertificateRules(At root, Tree old, Instant now) {

    static final List<String> TYPES = List.of("Issued", "Denied", "Failed");

    private static final String CHAIN = "status.certificateChain";
    private static final String NOT_BEFORE = "status.notBefore";
    private static final String NOT_AFTER = "status.notAfter";
    private static final String REFRESH = "status.beginRefreshAt";
    private static final int CHAIN_BYTES_MAX = 100 * 1024;
    private static final Duration SKEW_MAX = Duration.ofMinutes(5);
    private static final Duration REFRESH_MARGIN = Duration.ofMinutes(10);
    private static final Duration LIFETIME_MIN = Duration.ofHours(1);
    private static final Pattern MAIL = Pattern.compile("(.*<)?[^@\\s<>]+@[^@\\s<>]+>?");

    void check() {
        conditions();
        if (!root.errors().isEmpty()) {
            return; // the conditions say what the other fields are held to
        }
        Tree updated = root.tree();
        boolean isSame = updated.semanticallyEquals(old, "status");
        if (TYPES.stream().anyMatch(type -> hasCondition(old, type))) {
            if (!isSame) {
                omitted("immutable after PodCertificateRequest is issued, denied, or failed");
            }
        } else if (hasCondition(updated, "Denied") || hasCondition(updated, "Failed")) {
            if (List.of(CHAIN, NOT_BEFORE, NOT_AFTER, REFRESH).stream()
                    .anyMatch(field -> updated.has(field) && !root.string(field).isEmpty())) {
                omitted(
                        "non-condition status fields must be empty when denying or failing the"
                                + " PodCertificateRequest");
            }
        } else if (hasCondition(updated, "Issued")) {
            chain();
        } else if (!isSame) {
            omitted(
                    "status is immutable unless transitioning to \"Issued\", \"Denied\", or"
                            + " \"Failed\"");
        }
    }

    private void omitted(String detail) {
        root.errors().omitted("status", detail);
    }

    private static boolean hasCondition(Tree request, String type) {
        return request.trees("status.conditions").stream()
                .anyMatch(condition ->
                        condition.string("type", "").equals(type)
                                && condition.string("status", "").equals("True"));
    }

    private void conditions() {
        int known = 0;
        var conditions = root.each("status.conditions");
        for (int i = 0; i < conditions.size(); i++) {
            At condition = conditions.get(i);
            String path = "status.conditions.[" + i + "]"; // upstream: a dot before the bracket
            String type = condition.string("type");
            if (!TYPES.contains(type)) {
                root.errors().notSupported(path + ".type", type, TYPES);
                continue;
            }
            known++;
            if (known > 1) {
                root.errors()
                        .invalid(
                                path + ".type",
                                type,
                                "There may be at most one condition with type \"Issued\","
                                        + " \"Denied\", or \"Failed\"");
            }
            if (!condition.string("status").equals("True")) {
                root.errors()
                        .notSupported(
                                path + ".status", condition.string("status"), List.of("True"));
            }
        }
        Conditions.validate(root.struct("status"));
    }

    private void chain() {
        String pem = root.string(CHAIN);
        if (io.j8s.machinery.names.NameRules.utf8Length(pem) > CHAIN_BYTES_MAX) {
            root.errors().tooLong(CHAIN, CHAIN_BYTES_MAX);
            return;
        }
        var blocks = PemBlocks.read(pem);
        if (blocks.isEmpty()) {
            root.invalid(
                    CHAIN, pem, "issued certificate chain must contain at least one certificate");
            return;
        }
        if (!blocks.getFirst().type().equals("CERTIFICATE")) {
            root.invalid(
                    CHAIN,
                    pem,
                    "issued certificate chain must consist entirely of CERTIFICATE PEM blocks");
            return;
        }
        var leaf = blocks.getFirst().certificate();
        if (leaf == null) {
            root.invalid(CHAIN, pem, "leaf certificate does not parse as valid X.509");
            return;
        }
        names(leaf);
        if (isForTheRequestedKey(leaf, pem) && times(leaf)) {
            intermediates(blocks, pem);
        }
    }

    private void names(CertificateContent leaf) {
        leaf.dnsNames().forEach(this::dnsName);
        for (String address : leaf.emailAddresses()) {
            if (!MAIL.matcher(address).matches()) {
                root.invalid(
                        CHAIN, address, "leaf certificate should not contain invalid EmailAddress");
            }
        }
    }

    private void dnsName(String name) {
        if (name.isEmpty()) {
            root.invalid(CHAIN, name, "leaf certificate should not contain empty DNSName");
        }
        if (name.contains("..")) {
            root.invalid(CHAIN, name, "leaf certificate's DNSName should not contain '..'");
        }
        if (name.startsWith(".") || name.endsWith(".")) {
            root.invalid(
                    CHAIN, name, "leaf certificate's DNSName should not start or end with '.'");
        }
    }

    private boolean isForTheRequestedKey(CertificateContent leaf, String pem) {
        String stub = old.string(PodCertificateRequestRules.PKCS10, "");
        PublicKey wanted =
                stub.isEmpty()
                        ? PodCertificateRequestRules.key(
                                old.string(PodCertificateRequestRules.PKIX, ""))
                        : PodCertificateRequestRules.keyOfStub(stub);
        if (wanted == null) {
            root.errors()
                    .omitted(
                            stub.isEmpty()
                                    ? PodCertificateRequestRules.PKIX
                                    : PodCertificateRequestRules.PKCS10,
                            stub.isEmpty()
                                    ? "must be a valid PKIX-serialized public key"
                                    : "must be a valid PKCS#10 CSR");
            return false;
        }
        if (!isFor(leaf, wanted)) {
            root.invalid(CHAIN, pem, "leaf certificate was not issued to the requested public key");
            return false;
        }
        return true;
    }

    private static boolean isFor(CertificateContent leaf, PublicKey key) {
        try {
            return leaf.isFor(key);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private boolean times(CertificateContent leaf) {
        String consistent = "must be present and consistent with the issued certificate";
        requireTime(NOT_BEFORE, consistent);
        requireTime(NOT_AFTER, consistent);
        requireTime(REFRESH, "must be present and in the range [notbefore+10min, notafter-10min]");
        if (!root.errors().isEmpty()) {
            return false;
        }
        var mistake = timeMistake(leaf.notBefore(), leaf.notAfter());
        if (mistake != null) {
            root.invalid(mistake.field, mistake.value, mistake.detail);
            return false;
        }
        return true;
    }

    private void requireTime(String field, String detail) {
        if (!root.has(field)) {
            root.required(field, detail);
        }
    }

    private record Mistake(String field, Object value, String detail) {}

    /// The first thing that is wrong, as upstream.
    private @org.jspecify.annotations.Nullable Mistake timeMistake(Instant begins, Instant ends) {
        Instant notBefore = time(NOT_BEFORE);
        Instant notAfter = time(NOT_AFTER);
        Instant refresh = time(REFRESH);
        if (!notBefore.equals(begins)) {
            return at(
                    NOT_BEFORE,
                    "must be set to the NotBefore time encoded in the leaf certificate");
        }
        if (Duration.between(notBefore, now).abs().compareTo(SKEW_MAX) > 0) {
            return at(
                    NOT_BEFORE, "must be set to within 5 minutes of kube-apiserver's current time");
        }
        if (!notAfter.equals(ends)) {
            return at(
                    NOT_AFTER, "must be set to the NotAfter time encoded in the leaf certificate");
        }
        var lifetime = Duration.between(begins, ends);
        if (lifetime.compareTo(LIFETIME_MIN) < 0) {
            return new Mistake(
                    CHAIN, lifetime.toNanos(), "leaf certificate lifetime must be >= 1 hour");
        }
        long seconds = root.number("spec.maxExpirationSeconds");
        if (lifetime.compareTo(Duration.ofSeconds(seconds)) > 0) {
            return new Mistake(
                    CHAIN,
                    lifetime.toNanos(),
                    "leaf certificate lifetime must be <= spec.maxExpirationSeconds ("
                            + seconds
                            + ")");
        }
        if (refresh.isBefore(notBefore.plus(REFRESH_MARGIN))) {
            return at(REFRESH, "must be at least 10 minutes after status.notBefore");
        }
        if (refresh.isAfter(notAfter.minus(REFRESH_MARGIN))) {
            return at(REFRESH, "must be at least 10 minutes before status.notAfter");
        }
        return null;
    }

    private Mistake at(String field, String detail) {
        return new Mistake(field, root.string(field), detail);
    }

    private Instant time(String field) {
        return Instant.parse(root.string(field));
    }

    private void intermediates(List<PemBlocks.Block> blocks, String pem) {
        for (var block : blocks.subList(1, blocks.size())) {
            if (!block.type().equals("CERTIFICATE")) {
                root.invalid(
                        CHAIN,
                        pem,
                        // upstream's spelling
                        "issued certificate chain must consist entirely of CERTFICATE PEM blocks");
                return;
            }
            if (block.certificate() == null) {
                root.invalid(CHAIN, pem, "intermediate certificate does not parse as valid X.509");
                return;
            }
        }
    }
}
