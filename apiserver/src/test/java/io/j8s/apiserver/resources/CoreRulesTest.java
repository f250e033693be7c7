package io.j8s.apiserver.resources;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CoreRulesTest {

    private static String v1(String kind, String rest) {
        return "{'apiVersion':'v1','kind':'" + kind + "','metadata':{'name':'a'}," + rest + "}";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    Service | 'spec':{} | spec.ports: Required value
                    Service | 'spec':{'ports':[{'port':0,'targetPort':1}]} | spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive
                    Service | 'spec':{'ports':[{'port':1},{'port':2,'name':'b'}]} | spec.ports[0].name: Required value
                    Service | 'spec':{'ports':[{'port':1,'nodePort':30000}]} | spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'
                    Service | 'spec':{'type':'ExternalName'} | spec.externalName: Required value
                    Service | 'spec':{'type':'Odd','ports':[{'port':1}]} | spec.type: Unsupported value: "Odd": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"
                    Service | 'spec':{'externalIPs':['127.0.0.1'],'ports':[{'port':1}]} | spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)
                    ConfigMap | 'data':{'a':'x'},'binaryData':{'a':'eA=='} | data[a]: Invalid value: "a": duplicate of key present in binaryData
                    ConfigMap | 'data':{'a/b':'x'} | data[a/b]: Invalid value: "a/b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')
                    Secret | 'type':'kubernetes.io/dockerconfigjson' | data[.dockerconfigjson]: Required value
                    Secret | 'type':'kubernetes.io/ssh-auth' | data[ssh-privatekey]: Required value
                    Secret | 'type':'kubernetes.io/service-account-token' | metadata.annotations[kubernetes.io/service-account.name]: Required value
                    Node | 'spec':{'taints':[{'key':'a','effect':'Never'}]} | metadata.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"
                    PersistentVolumeClaim | 'spec':{'accessModes':['ReadWriteOnce']} | spec.resources[storage]: Required value
                    PersistentVolumeClaim | 'spec':{'resources':{'requests':{'storage':'1Gi'}}} | spec.accessModes: Required value: at least 1 access mode is required
                    PersistentVolume | 'spec':{'capacity':{'storage':'1Gi'},'accessModes':['ReadWriteOnce']} | spec: Required value: must specify a volume type
                    ResourceQuota | 'spec':{'hard':{'cpus':'1'}} | spec.hard[cpus]: Invalid value: "cpus": must be a standard resource type or fully qualified
                    LimitRange | 'spec':{'limits':[{'type':'Container','min':{'cpu':'2'},'max':{'cpu':'1'}}]} | spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1
                    Endpoints | 'subsets':[{}] | subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`
                    """)
    void refuses(String kind, String rest, String cause) {
        assertThat(Verdicts.create(v1(kind, rest))).contains(cause);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    Service | 'spec':{'ports':[{'port':80}]}
                    Service | 'spec':{'type':'ExternalName','externalName':'a.b'}
                    ConfigMap | 'data':{'a':'b'}
                    Secret | 'stringData':{'a':'b'}
                    Namespace | 'spec':{}
                    Node | 'spec':{}
                    PersistentVolumeClaim | 'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}}
                    PersistentVolume | 'spec':{'capacity':{'storage':'1Gi'},'accessModes':['ReadWriteOnce'],'hostPath':{'path':'/a'}}
                    ResourceQuota | 'spec':{'hard':{'pods':'1'}}
                    LimitRange | 'spec':{'limits':[{'type':'Container','max':{'cpu':'1'}}]}
                    Endpoints | 'subsets':[{'addresses':[{'ip':'10.0.0.1'}],'ports':[{'port':1}]}]
                    ServiceAccount | 'secrets':[]
                    PodTemplate | 'template':{'spec':{'containers':[{'name':'c','image':'i'}]}}
                    ReplicationController | 'spec':{'selector':{'a':'b'},'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'i'}]}}}
                    """)
    void acceptsTheSmallest(String kind, String rest) {
        assertThat(Verdicts.create(v1(kind, rest))).isEmpty();
    }

    @Test
    void keepsImmutableConfigMaps() {
        String old = v1("ConfigMap", "'immutable':true,'data':{'a':'b'}");
        assertThat(Verdicts.update(old, old.replace("'b'", "'c'")))
                .containsExactly("data: Forbidden: field is immutable when `immutable` is set");
    }

    @Test
    void keepsTheTypeOfASecret() {
        String old = v1("Secret", "'type':'a/b'");
        assertThat(Verdicts.update(old, old.replace("a/b", "a/c")))
                .containsExactly("type: Invalid value: \"a/c\": field is immutable");
    }
}
