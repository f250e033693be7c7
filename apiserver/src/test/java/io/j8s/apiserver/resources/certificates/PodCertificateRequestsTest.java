package io.j8s.apiserver.resources.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.apiserver.TestServer;
import io.j8s.certs.CertificateAuthority;
import io.j8s.certs.CertificateRequest;
import io.j8s.certs.CertificateSpec;
import io.j8s.certs.Usage;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Set;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PodCertificateRequestsTest {

    private static final String REQUESTS =
            "/apis/certificates.k8s.io/v1/namespaces/default/podcertificaterequests";
    private static final String CONDITION =
            "'conditions':[{'type':'%s','status':'True','reason':'R','message':'m',"
                    + "'lastTransitionTime':'2026-01-01T00:00:00Z'}]";

    private TestServer server;
    private CertificateAuthority signer;
    private Instant now;
    private String stub;

    @BeforeAll
    void start() throws Exception {
        server = new TestServer();
        now = Clock.systemUTC().instant();
        signer = CertificateAuthority.create("signer", now);
        stub =
                CertificateRequest.create(
                        CertificateSpec.client("pod"), CertificateAuthority.newKeys());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static String base64(String pem) {
        return pem.replaceAll("-----[^-]+-----", "").replaceAll("\\s", "");
    }

    private HttpResponse<String> create(String name, String signerName, int seconds, String pkcs10)
            throws Exception {
        return server.send(
                "POST",
                REQUESTS,
                """
                {"metadata":{"name":"%s"},"spec":{"signerName":"%s","podName":"p","podUID":"1",
                 "serviceAccountName":"default","serviceAccountUID":"2","nodeName":"n","nodeUID":"3",
                 "maxExpirationSeconds":%d,"stubPKCS10Request":"%s"}}\
                """
                        .formatted(name, signerName, seconds, pkcs10));
    }

    private HttpResponse<String> status(String name, String fields) throws Exception {
        return server.send(
                "PATCH",
                REQUESTS + "/" + name + "/status",
                "{\"status\":{" + fields.replace('\'', '"') + "}}",
                "Content-Type",
                "application/merge-patch+json");
    }

    @Test
    void areSelectedBySignerPodAndNode() throws Exception {
        create("selected", "example.com/one", 3600, base64(stub));
        for (String field :
                new String[] {"signerName=example.com/one", "podName=p", "nodeName=n"}) {
            assertThat(server.get(REQUESTS + "?fieldSelector=spec." + field).body())
                    .contains("\"name\":\"selected\"");
        }
        assertThat(server.get(REQUESTS + "?fieldSelector=spec.signerName=example.com/two").body())
                .contains("\"items\":[]");
    }

    @Test
    void areRefusedWithUpstreamsTexts() throws Exception {
        assertThat(create("bad", "kubernetes.io/x", 90_000, base64(stub)).body())
                .contains(
                        "spec.maxExpirationSeconds: Invalid value: 90000: must be in the range"
                                + " [3600, 86400]");
        assertThat(create("bad", "example.com/x", 90_000, "AAAA").body())
                .contains("spec.stubPKCS10Request: Invalid value: must be a valid PKCS#10 CSR");
        assertThat(create("bad", "example.com/x", 90_000, "").body())
                .contains(
                        "spec: Invalid value: exactly one of (stubPKCS10Request) or (pkixPublicKey,"
                                + " proofOfPossession) must be set");
    }

    @Test
    void onlyWhatFitsTheRequestIsIssuedAndOnlyOnce() throws Exception {
        create("issued", "example.com/x", 7200, base64(stub));
        assertThat(status("issued", "'certificateChain':'x'").body())
                .contains("status is immutable unless transitioning to");
        assertThat(status("issued", CONDITION.formatted("Approved")).body())
                .contains("status.conditions.[0].type: Unsupported value: \\\"Approved\\\"");
        var foreign =
                CertificateRequest.create(
                        CertificateSpec.client("other"), CertificateAuthority.newKeys());
        assertThat(status("issued", issued(foreign)).body())
                .contains("leaf certificate was not issued to the requested public key");
        var accepted = status("issued", issued(stub));
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(200);
        assertThat(status("issued", CONDITION.formatted("Failed")).body())
                .contains("immutable after PodCertificateRequest is issued, denied, or failed");
    }

    @Test
    void authoritiesWithoutANameAreTrusted() throws Exception {
        String nameless =
                """
                -----BEGIN CERTIFICATE-----
                MIIBAjCBtaADAgECAhQ5EjA1vwb5bullVLgNRtrjWVJQwTAFBgMrZXAwADAgFw0y
                NjExMjgxMzUwNThaGA8yMTI2MTEwNDEzNTA1OFowADAqMAUGAytlcAMhAEG8Qm6X
                OdLVD18BxH3iICznm9+QoTv8JEgR3aDdz0hZoz8wPTAPBgNVHRMBAf8EBTADAQH/
                MAsGA1UdDwQEAwIChDAdBgNVHQ4EFgQUPkZiIQIRg80Iu1CHUKSbbZknGXMwBQYD
                K2VwA0EAi6KBGNef/Cjya/72xDtCLaxlSvT/nJvmpBFLsH+A4cFWkl3J0D8+FooK
                gT9AJpm6lie4jWbPUcQUtfI3tWBBAw==
                -----END CERTIFICATE-----
                """;
        var created =
                server.send(
                        "POST",
                        "/apis/certificates.k8s.io/v1/clustertrustbundles",
                        "{\"metadata\":{\"name\":\"nameless\"},\"spec\":{\"trustBundle\":\"%s\"}}"
                                .formatted(nameless.replace("\n", "\\n")));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
    }

    private String issued(String request) throws Exception {
        String chain =
                signer.sign(
                        CertificateRequest.parse(request),
                        Set.of(Usage.CLIENT_AUTH),
                        Duration.ofHours(1),
                        now.plus(2, ChronoUnit.MINUTES)); // the authority dates back by five
        var leaf = Objects.requireNonNull(PemBlocks.read(chain).getFirst().certificate());
        var begins = leaf.notBefore();
        return "%s,'certificateChain':'%s','notBefore':'%s','notAfter':'%s','beginRefreshAt':'%s'"
                .formatted(
                        CONDITION.formatted("Issued"),
                        chain.replace("\n", "\\n"),
                        begins,
                        leaf.notAfter(),
                        begins.plus(30, ChronoUnit.MINUTES));
    }
}
