package io.j8s.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class NodeFindingsTest {

    private static JsonNode json(String text) {
        return new JsonMapper().readTree(text.replace('\'', '"'));
    }

    @Test
    void readyNodeIsNoFinding() {
        assertThat(
                        NodeFindings.of(
                                json(
                                        """
                                        {'items':[{'metadata':{'name':'a'},'status':{'conditions':[
                                          {'type':'Ready','status':'True'},
                                          {'type':'DiskPressure','status':'False'}]}}]}
                                        """)))
                .isEmpty();
    }

    @Test
    void unreadyAndCordonedNodeAreTold() {
        var findings =
                NodeFindings.of(
                        json(
                                """
                                {'items':[{'metadata':{'name':'a'},'spec':{'unschedulable':true},
                                  'status':{'conditions':[{'type':'Ready','status':'False','message':'no network'}]}}]}
                                """));
        assertThat(findings)
                .containsExactly(
                        new Findings.Finding(
                                "node a: Ready is False: no network", "kubectl describe node a"),
                        new Findings.Finding("node a takes no new pods", "kubectl uncordon a"));
    }

    @Test
    void aClusterWithoutNodesIsTold() {
        assertThat(NodeFindings.of(json("{'items':[]}")))
                .extracting(Findings.Finding::problem)
                .containsExactly("there is no node, so pods stay Pending");
    }

    @Test
    void adviceFollowsWhatIsWrong() {
        var findings =
                NodeFindings.of(
                        json(
                                """
                                {'items':[{'metadata':{'name':'a'},'status':{'conditions':[
                                  {'type':'DiskPressure','status':'True','message':'kubelet has disk pressure'},
                                  {'type':'Ready','status':'False','message':'container runtime is down'}]}},
                                 {'metadata':{'name':'b'},'status':{'conditions':[
                                  {'type':'Ready','status':'Unknown','message':'Kubelet stopped posting node status.'}]}},
                                 {'metadata':{'name':'c'},'status':{'conditions':[
                                  {'type':'Ready','status':'False','message':'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized'}]}}]}
                                """));
        assertThat(findings)
                .extracting(Findings.Finding::advice)
                .containsExactly(
                        "make room on its disk; kubectl describe node a",
                        "j8s starts its containerd again; if that does not help,"
                                + " node/log/containerd.log in its data directory has more; kubectl"
                                + " describe node a",
                        "its agent is silent: on that machine `j8s status` tells why, and `j8s up`"
                                + " or `j8s agent` starts it; kubectl describe node b",
                        "are the CNI plugins there (Debian: containernetworking-plugins)? kubectl"
                                + " describe node c");
        assertThat(findings)
                .extracting(Findings.Finding::problem)
                .contains(
                        "node a: DiskPressure is True: kubelet has disk pressure",
                        "node b: Ready is Unknown: Kubelet stopped posting node status.");
    }
}
