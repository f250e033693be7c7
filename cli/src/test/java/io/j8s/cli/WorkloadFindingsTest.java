package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.j8s.cli.Findings.Finding;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;

class WorkloadFindingsTest {

    private static JsonNode json(String text) {
        return new JsonMapper().readTree(text.replace('\'', '"'));
    }

    @Test
    void stuckRolloutsAndFailedJobsAreTold() {
        var list =
                json(
                        """
                        {'items':[
                          {'metadata':{'name':'web','namespace':'n'},'status':{'conditions':[
                            {'type':'Available','status':'False','reason':'MinimumReplicasUnavailable'},
                            {'type':'Progressing','status':'False','reason':'ProgressDeadlineExceeded','message':'timed out'}]}},
                          {'metadata':{'name':'held','namespace':'n'},'status':{'conditions':[
                            {'type':'Progressing','status':'False','reason':'DeploymentPaused'}]}},
                          {'metadata':{'name':'full','namespace':'n'},'status':{'conditions':[
                            {'type':'ReplicaFailure','status':'True','reason':'FailedCreate','message':'exceeded quota'}]}}]}
                        """);
        assertThat(WorkloadFindings.ofWorkloads("deployment", list))
                .containsExactly(
                        new Finding(
                                "deployment web -n n: ProgressDeadlineExceeded: timed out",
                                "kubectl describe deployment web -n n"),
                        new Finding(
                                "deployment full -n n: FailedCreate: exceeded quota",
                                "kubectl describe deployment full -n n"));
    }

    @Test
    void servicesWithoutReadyPodsAreTold() {
        var services =
                json(
                        """
                        {'items':[
                          {'metadata':{'name':'good','namespace':'n'},'spec':{'selector':{'app':'good'}}},
                          {'metadata':{'name':'lost','namespace':'n'},'spec':{'selector':{'app':'typo'}}},
                          {'metadata':{'name':'byhand','namespace':'n'},'spec':{}}]}
                        """);
        var slices =
                json(
                        """
                        {'items':[
                          {'metadata':{'name':'good-1','namespace':'n','labels':{'kubernetes.io/service-name':'good'}},
                           'endpoints':[{'conditions':{'ready':true}}]},
                          {'metadata':{'name':'lost-1','namespace':'n','labels':{'kubernetes.io/service-name':'lost'}},
                           'endpoints':[{'conditions':{'ready':false}}]}]}
                        """);
        assertThat(WorkloadFindings.ofServices(services, slices))
                .containsExactly(
                        new Finding(
                                "service lost -n n has no ready pod behind it",
                                "kubectl get pods -n n -l app=typo"));
    }

    @Test
    void claimsThatAPodWaitsForAreTold() {
        var claims =
                json(
                        """
                        {'items':[
                          {'metadata':{'name':'data','namespace':'n'},'status':{'phase':'Pending'}},
                          {'metadata':{'name':'unused','namespace':'n'},'status':{'phase':'Pending'}}]}
                        """);
        var pods =
                json(
                        """
                        {'items':[{'metadata':{'namespace':'n'},'spec':{'volumes':[
                          {'persistentVolumeClaim':{'claimName':'data'}}]}}]}
                        """);
        assertThat(WorkloadFindings.ofClaims(claims, pods))
                .extracting(Finding::problem)
                .containsExactly("volume claim data -n n is Pending");
    }

    @Test
    void namespacesThatCannotEndAreTold() {
        var list =
                json(
                        """
                        {'items':[{'metadata':{'name':'n'},'status':{'phase':'Terminating','conditions':[
                          {'type':'NamespaceDeletionContentFailure','status':'False'},
                          {'type':'NamespaceFinalizersRemaining','status':'True','message':'x.io/f in 1 resource instances'}]}}]}
                        """);
        assertThat(WorkloadFindings.ofNamespaces(list))
                .extracting(Finding::problem)
                .containsExactly("namespace n does not end: x.io/f in 1 resource instances");
    }

    @Test
    void fullDisksAndEndingCertificatesAreTold() {
        var findings = new ArrayList<Finding>();
        var directory = new DataDirectory(Path.of("/d"));
        HostFindings.disk(findings, directory, 3L << 30);
        HostFindings.certificate(
                findings,
                Path.of("/d/pki/ca.crt"),
                Instant.parse("2026-02-01T00:00:00Z"),
                Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(findings).isEmpty();
        HostFindings.disk(findings, directory, 3L << 20);
        HostFindings.certificate(
                findings,
                Path.of("/d/pki/ca.crt"),
                Instant.parse("2026-01-05T00:00:00Z"),
                Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(findings)
                .extracting(Finding::problem)
                .containsExactly(
                        "only 3 MiB are free in /d",
                        "the certificate /d/pki/ca.crt ends at 2026-01-05T00:00:00Z");
    }
}
