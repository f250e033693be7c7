package io.j8s.apiserver.resources;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PodRulesTest {

    private static String pod(String spec) {
        return "{'apiVersion':'v1','kind':'Pod','metadata':{'name':'a','namespace':'x'},'spec':{"
                + spec
                + "}}";
    }

    private static String container(String fields) {
        return pod("'containers':[{'name':'c','image':'i'" + fields + "}]");
    }

    @Test
    void acceptsTheSmallestPod() {
        assertThat(Verdicts.create(container(""))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    'containers':[] | spec.containers: Required value
                    'containers':[{'image':'i'}] | spec.containers[0].name: Required value
                    'containers':[{'name':'c'}] | spec.containers[0].image: Required value
                    'containers':[{'name':'c','image':' i'}] | spec.containers[0].image: Invalid value: " i": must not have leading or trailing whitespace
                    'containers':[{'name':'c','image':'i'},{'name':'c','image':'i'}] | spec.containers[1].name: Duplicate value: "c"
                    'containers':[{'name':'c','image':'i'}],'restartPolicy':'Sometimes' | spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"
                    'containers':[{'name':'c','image':'i'}],'dnsPolicy':'None' | spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None
                    'containers':[{'name':'c','image':'i'}],'activeDeadlineSeconds':0 | spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive
                    'containers':[{'name':'c','image':'i'}],'nodeSelector':{'a':'b c'} | spec.nodeSelector: Invalid value: "b c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')
                    'containers':[{'name':'c','image':'i'}],'tolerations':[{'operator':'Equal'}] | spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"
                    'containers':[{'name':'c','image':'i'}],'tolerations':[{'key':'a','operator':'Exists','value':'b'}] | spec.tolerations[0].operator: Invalid value: "b": value must be empty when `operator` is 'Exists'
                    'containers':[{'name':'c','image':'i'}],'volumes':[{'name':'v','emptyDir':{},'hostPath':{'path':'/'}}] | spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type
                    'containers':[{'name':'c','image':'i'}],'volumes':[{'name':'v','configMap':{}}] | spec.volumes[0].configMap.name: Required value
                    'containers':[{'name':'c','image':'i'}],'initContainers':[{'name':'c','image':'i'}] | spec.initContainers[0].name: Duplicate value: "c"
                    'containers':[{'name':'c','image':'i'}],'initContainers':[{'name':'d','image':'i','lifecycle':{}}] | spec.initContainers[0].lifecycle: Forbidden: may not be set for init containers without restartPolicy=Always
                    'containers':[{'name':'c','image':'i'}],'ephemeralContainers':[{'name':'d','image':'i'}] | spec.ephemeralContainers: Forbidden: cannot be set on create
                    'containers':[{'name':'c','image':'i'}],'topologySpreadConstraints':[{'maxSkew':0,'topologyKey':'z','whenUnsatisfiable':'DoNotSchedule'}] | spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero
                    'containers':[{'name':'c','image':'i'}],'hostAliases':[{'ip':'1.2.3'}] | spec.hostAliases[0].ip: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)
                    'containers':[{'name':'c','image':'i'}],'os':{'name':'plan9'} | spec.os: Unsupported value: "plan9": supported values: "linux", "windows"
                    'containers':[{'name':'c','image':'i'}],'schedulingGates':[{'name':'a/b'},{'name':'a/b'}] | spec.schedulingGates[1]: Duplicate value: "a/b"
                    """)
    void refusesSpecs(String spec, String cause) {
        assertThat(Verdicts.create(pod(spec))).containsExactly(cause);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
                    ,'imagePullPolicy':'Maybe' | spec.containers[0].imagePullPolicy: Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"
                    ,'ports':[{}] | spec.containers[0].ports[0].containerPort: Required value
                    ,'ports':[{'containerPort':70000}] | spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive
                    ,'ports':[{'containerPort':1,'protocol':'ICMP'}] | spec.containers[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"
                    ,'env':[{'value':'x'}] | spec.containers[0].env[0].name: Required value
                    ,'env':[{'name':'A','valueFrom':{}}] | spec.containers[0].env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`
                    ,'env':[{'name':'A','valueFrom':{'fieldRef':{'fieldPath':'metadata.nope'}}}] | spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.nope": error converting fieldPath: field label not supported: metadata.nope
                    ,'volumeMounts':[{'name':'v','mountPath':'/a'}] | spec.containers[0].volumeMounts[0].name: Not found: "v"
                    ,'resources':{'requests':{'cpu':'2'},'limits':{'cpu':'1'}} | spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1
                    ,'resources':{'limits':{'cpu':'-1'},'requests':{'cpu':'-1'}} | spec.containers[0].resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0
                    ,'resources':{'requests':{'a.b/gpu':'1'}} | spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources
                    ,'livenessProbe':{} | spec.containers[0].livenessProbe: Required value: must specify a handler type
                    ,'livenessProbe':{'successThreshold':2,'exec':{'command':['a']}} | spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1
                    ,'readinessProbe':{'httpGet':{'port':0}} | spec.containers[0].readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive
                    ,'lifecycle':{'preStop':{'sleep':{'seconds':31}}} | spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)
                    ,'securityContext':{'runAsUser':-1} | spec.containers[0].securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive
                    ,'securityContext':{'seccompProfile':{'type':'Localhost'}} | spec.containers[0].securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost
                    """)
    void refusesContainers(String fields, String cause) {
        assertThat(Verdicts.create(container(fields))).contains(cause);
    }

    @Test
    void allowsAnotherImageAndNothingElse() {
        String old = container("");
        assertThat(Verdicts.update(old, old.replace("'image':'i'", "'image':'j'"))).isEmpty();
        assertThat(Verdicts.update(old, old.replace("'name':'c'", "'name':'d'")))
                .singleElement()
                .asString()
                .startsWith(
                        "spec: Forbidden: pod updates may not change fields other than"
                            + " `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`"
                            + " (only additions to existing"
                            + " tolerations),`spec.terminationGracePeriodSeconds` (allow it to be"
                            + " set to 1 if it was previously negative)\n");
    }
}
