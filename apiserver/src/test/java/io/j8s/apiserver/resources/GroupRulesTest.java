package io.j8s.apiserver.resources;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GroupRulesTest {

    private static String of(String type, String rest) {
        int at = type.lastIndexOf('/');
        String metadata = rest.contains("'metadata':") ? "" : "'metadata':{'name':'a'},";
        return "{'apiVersion':'%s','kind':'%s',%s%s}"
                .formatted(type.substring(0, at), type.substring(at + 1), metadata, rest);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    rbac.authorization.k8s.io/v1/Role | 'rules':[{'apiGroups':[''],'resources':['pods']}] | rules[0].verbs: Required value
                    rbac.authorization.k8s.io/v1/Role | 'rules':[{'verbs':['get'],'nonResourceURLs':['/a']}] | rules[0].nonResourceURLs: Invalid value: ["/a"]: namespaced rules cannot apply to non-resource URLs
                    rbac.authorization.k8s.io/v1/RoleBinding | 'roleRef':{'kind':'Role'} | roleRef.name: Required value
                    rbac.authorization.k8s.io/v1/ClusterRoleBinding | 'roleRef':{'kind':'Role','name':'a'} | roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"
                    scheduling.k8s.io/v1/PriorityClass | 'value':1000000001 | value: Forbidden: maximum allowed value of a user defined priority is 1000000000
                    coordination.k8s.io/v1/Lease | 'spec':{'leaseDurationSeconds':0} | spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0
                    policy/v1/PodDisruptionBudget | 'spec':{'minAvailable':'101%'} | spec.minAvailable: Invalid value: "101%": must not be greater than 100%
                    networking.k8s.io/v1/NetworkPolicy | 'spec':{'ingress':[{'from':[{}]}]} | spec.ingress[0].from[0]: Required value: must specify a peer
                    networking.k8s.io/v1/NetworkPolicy | 'spec':{'ingress':[{'from':[{'ipBlock':{'cidr':'10.0.0.0/8','except':['11.0.0.0/16']}}]}]} | spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`
                    networking.k8s.io/v1/Ingress | 'spec':{} | spec: Invalid value: null: either `defaultBackend` or `rules` must be specified
                    networking.k8s.io/v1/Ingress | 'spec':{'rules':[{'http':{'paths':[{'path':'a','pathType':'Exact','backend':{'service':{'name':'s','port':{'number':1}}}}]}}]} | spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path
                    networking.k8s.io/v1/IngressClass | 'spec':{} | spec.controller: Required value
                    discovery.k8s.io/v1/EndpointSlice | 'addressType':'IPv4','endpoints':[{'addresses':['127.0.0.1']}] | endpoints[0].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)
                    storage.k8s.io/v1/StorageClass | 'parameters':{} | provisioner: Required value
                    autoscaling/v2/HorizontalPodAutoscaler | 'spec':{'maxReplicas':0,'scaleTargetRef':{'kind':'a','name':'b'}} | spec.maxReplicas: Required value
                    autoscaling/v2/HorizontalPodAutoscaler | 'spec':{'maxReplicas':1,'scaleTargetRef':{'kind':'a','name':'b'}} | spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group
                    """)
    void refuses(String type, String rest, String cause) {
        assertThat(Verdicts.create(of(type, rest))).contains(cause);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    v1/Pod | 'spec':{'nodeSelector':{'node-role.kubernetes.io/master':''}} | spec.nodeSelector[node-role.kubernetes.io/master]: use "node-role.kubernetes.io/control-plane" instead
                    v1/ResourceQuota | 'spec':{'hard':{'cpu':'2','limits.cpu':'1500m'}} | ResourceQuota cpu (2) should be less than limits.cpu (1500m)
                    v1/ResourceQuota | 'spec':{'hard':{'requests.storage':'2Gi','limits.storage':'1Gi'}} | ResourceQuota requests.storage (2Gi) should be less than limits.storage (1Gi)
                    v1/Service | 'spec':{'type':'ClusterIP','clusterIP':'None','sessionAffinity':'ClientIP'} | spec.SessionAffinity is ignored for headless services
                    v1/Node | 'spec':{'podCIDRs':['10.0.0.1/24']} | spec.podCIDRs[0]: CIDR value "10.0.0.1/24" is ambiguous in this context (should be "10.0.0.0/24" or "10.0.0.1/32"?)
                    v1/ServiceAccount | 'secrets':[],'metadata':{'name':'a','annotations':{'kubernetes.io/enforce-mountable-secrets':'true'}} | metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets
                    node.k8s.io/v1/RuntimeClass | 'handler':'a','scheduling':{'nodeSelector':{'beta.kubernetes.io/os':'linux'}} | scheduling.nodeSelector: deprecated since v1.14; use "kubernetes.io/os" instead
                    networking.k8s.io/v1/Ingress | 'spec':{},'metadata':{'name':'a','annotations':{'kubernetes.io/ingress.class':'b'}} | annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead
                    discovery.k8s.io/v1/EndpointSlice | 'addressType':'FQDN','endpoints':[] | spec.addressType: FQDN endpoints are deprecated
                    storage.k8s.io/v1/StorageClass | 'allowedTopologies':[{'matchLabelExpressions':[{'key':'beta.kubernetes.io/arch','values':['a']}]}] | allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.14; use "kubernetes.io/arch" instead
                    storage.k8s.io/v1/CSIDriver | 'spec':{'tokenRequests':[{'audience':'a'}]} | spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes
                    resource.k8s.io/v1/ResourceSlice | 'spec':{'driver':'A.example.com'} | spec.driver: driver names should be lowercase; "A.example.com" contains uppercase characters
                    admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration | 'webhooks':[{'rules':[{'apiGroups':['authentication.k8s.io'],'resources':['tokenreviews','tokenreviews']}]}] | webhooks[0].rules[0]: tokenreviews.authentication.k8s.io is excluded from admission webhooks; this rule will have no effect
                    batch/v1/CronJob | 'spec':{},'metadata':{'name':'a.b'} | metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]
                    """)
    void warns(String type, String rest, String warning) {
        assertThat(Verdicts.warnings(of(type, rest))).containsExactly(warning);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    v1/ResourceQuota | 'spec':{'hard':{'cpu':'2','requests.cpu':'1','limits.cpu':'1500m'}}
                    admissionregistration.k8s.io/v1/MutatingWebhookConfiguration | 'webhooks':[{'rules':[{'apiGroups':['authentication.k8s.io'],'resources':['tokenreviews','*']}]}]
                    """)
    void warnsOfNothing(String type, String rest) {
        assertThat(Verdicts.warnings(of(type, rest))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    rbac.authorization.k8s.io/v1/Role | 'rules':[]
                    rbac.authorization.k8s.io/v1/ClusterRole | 'rules':[{'verbs':['get'],'nonResourceURLs':['/a']}]
                    rbac.authorization.k8s.io/v1/RoleBinding | 'roleRef':{'kind':'Role','name':'a'},'subjects':[{'kind':'User','name':'b'}]
                    rbac.authorization.k8s.io/v1/ClusterRoleBinding | 'roleRef':{'kind':'ClusterRole','name':'a'}
                    scheduling.k8s.io/v1/PriorityClass | 'value':1
                    node.k8s.io/v1/RuntimeClass | 'handler':'a'
                    coordination.k8s.io/v1/Lease | 'spec':{'holderIdentity':'a'}
                    policy/v1/PodDisruptionBudget | 'spec':{'minAvailable':1,'selector':{}}
                    networking.k8s.io/v1/NetworkPolicy | 'spec':{'podSelector':{}}
                    networking.k8s.io/v1/Ingress | 'spec':{'defaultBackend':{'service':{'name':'s','port':{'number':1}}}}
                    networking.k8s.io/v1/IngressClass | 'spec':{'controller':'a.b/c'}
                    discovery.k8s.io/v1/EndpointSlice | 'addressType':'IPv4','endpoints':[{'addresses':['10.0.0.1']}],'ports':[{'port':1}]
                    storage.k8s.io/v1/StorageClass | 'provisioner':'a/b'
                    autoscaling/v2/HorizontalPodAutoscaler | 'spec':{'maxReplicas':1,'scaleTargetRef':{'apiVersion':'apps/v1','kind':'a','name':'b'}}
                    """)
    void acceptsTheSmallest(String type, String rest) {
        assertThat(Verdicts.create(of(type, rest))).isEmpty();
    }
}
