import json
C=[]
def case(name,gvk,*steps): C.append(dict(Name=name,Gvk=gvk,Steps=list(steps)))
def st(op,manager,obj,force=False,sub=""): return dict(Op=op,Manager=manager,Force=force,Subresource=sub,Obj=obj)
CM=["","v1","ConfigMap"];DEP=["apps","v1","Deployment"];SVC=["","v1","Service"];POD=["","v1","Pod"];NODE=["","v1","Node"];ING=["networking.k8s.io","v1","Ingress"]
def cm(data=None,name="x",**md):
    o={"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":name,"namespace":"default",**md}}
    if data is not None:o["data"]=data
    return o
live=lambda o:{**o,"metadata":{**o["metadata"],"uid":"u"}}
def dep(replicas=None,containers=None,labels=None,extra=None,**spec):
    o={"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"default"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":containers or [{"name":"c","image":"i"}]}}}}
    if replicas is not None:o["spec"]["replicas"]=replicas
    if labels:o["metadata"]["labels"]=labels
    o["spec"].update(spec)
    if extra:o.update(extra)
    return o
case("create of a config map",CM,st("create","kubectl-create",cm({"a":"1","b":"2"},labels={"x":"y"})))
case("empty objects",CM,st("create","m",cm()),st("update","m2",live(cm({"a":"1"}))))
case("update moves ownership",CM,st("create","a",cm({"a":"1","b":"2"})),st("update","b",live(cm({"a":"1","b":"3","c":"4"}))),st("update","b",live(cm({"b":"3"}))),st("update","c",live(cm())))
case("update by the same manager",CM,st("create","a",cm({"a":"1"})),st("update","a",live(cm({"a":"1","b":"2"}))))
case("manager without name",CM,st("create","",cm({"a":"1"})))
case("create of a deployment",DEP,st("create","kubectl-create",dep(3,[{"name":"c","image":"i","ports":[{"containerPort":80},{"containerPort":80,"protocol":"UDP"}],"env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],"resources":{"limits":{"cpu":"1"}}}],{"l":"1"},strategy={"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}},)))
case("reset of status",DEP,st("create","m",dep(1,extra={"status":{"replicas":1,"conditions":[{"type":"Available","status":"True"}]}})),st("update","kcm",live(dep(1,extra={"status":{"replicas":1,"observedGeneration":2,"conditions":[{"type":"Available","status":"True"},{"type":"Progressing","status":"False","reason":"x"}]}})),sub="status"),st("update","kcm",live(dep(1,extra={"status":{"replicas":2,"conditions":[{"type":"Progressing","status":"False","reason":"y"}]}})),sub="status"))
case("apply creates",CM,st("apply","a",cm({"a":"1"})))
case("apply removes what is no longer applied",CM,st("apply","a",cm({"a":"1","b":"2"},labels={"x":"1","y":"2"})),st("apply","a",cm({"a":"1"})),st("apply","a",cm()))
case("apply keeps what others own",CM,st("apply","a",cm({"a":"1","b":"2"})),st("update","u",live(cm({"a":"1","b":"2","c":"3"}))),st("apply","a",cm({"a":"1"})))
case("shared ownership",CM,st("apply","a",cm({"a":"1","b":"2"})),st("apply","b",cm({"b":"2","c":"3"})),st("apply","a",cm({"a":"1"})),st("apply","b",cm({"c":"3"})))
case("conflict",CM,st("apply","a",cm({"a":"1"})),st("apply","b",cm({"a":"2"})),st("apply","b",cm({"a":"2"}),True))
case("conflicts with several",CM,st("apply","a",cm({"a":"1","b":"1"})),st("update","u",live(cm({"a":"1","b":"1","c":"1"}))),st("apply","z",cm({"a":"2","b":"2","c":"2"})),st("apply","z",cm({"a":"2","b":"2","c":"2"}),True))
case("conflict with a status writer",DEP,st("create","m",dep(1)),st("update","kcm",live(dep(1,extra={"status":{"replicas":1}})),sub="status"),st("apply","s",{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"default"},"status":{"replicas":2}},sub="status"))
case("before first apply",CM,st("create","m",{**cm({"a":"1"}),"metadata":{"name":"x","namespace":"default","managedFields":[]}}),st("apply","a",cm({"a":"1","b":"2"})),st("apply","a",cm({"b":"2"})))
case("reset of managed fields",CM,st("create","m",cm({"a":"1"})),st("update","u",{**live(cm({"a":"1"})),"metadata":{"name":"x","namespace":"default","uid":"u","managedFields":[{}]}}),st("update","v",live(cm({"a":"2"}))))
case("apply of nothing new",CM,st("apply","a",cm({"a":"1"})),st("apply","a",cm({"a":"1"})))
case("list by key",DEP,st("apply","a",dep(1,[{"name":"c","image":"i"},{"name":"d","image":"j"}])),st("apply","b",{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"default"},"spec":{"template":{"spec":{"containers":[{"name":"e","image":"k"},{"name":"c","env":[{"name":"A","value":"1"}]}]}}}}),st("apply","a",dep(1,[{"name":"c","image":"i2"}])),st("apply","b",{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"default"}}))
case("ports with a default key",SVC,st("apply","a",{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"port":80,"name":"x"},{"port":80,"protocol":"UDP","name":"y"}],"selector":{"a":"b"}}}),st("apply","b",{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"port":80,"protocol":"TCP","targetPort":"web"}]}}),st("apply","a",{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[{"port":80,"protocol":"UDP","name":"y"}],"selector":{"c":"d"}}}))
case("atomic selector conflicts",SVC,st("apply","a",{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"selector":{"a":"b"}}}),st("apply","b",{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"selector":{"c":"d"}}}))
case("set of finalizers",CM,st("apply","a",cm(finalizers=["a/x","a/y"])),st("apply","b",cm(finalizers=["b/z"])),st("apply","a",cm(finalizers=["a/y"])),st("update","u",live(cm(finalizers=["u/q","b/z"]))))
case("owner references",CM,st("apply","a",cm(ownerReferences=[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"1"}])),st("apply","b",cm(ownerReferences=[{"apiVersion":"v1","kind":"Pod","name":"q","uid":"2"}])),st("apply","b",cm(ownerReferences=[{"apiVersion":"v1","kind":"Pod","name":"changed","uid":"1"}])))
case("nested removal",DEP,st("apply","a",dep(1,[{"name":"c","image":"i","securityContext":{"runAsUser":5,"capabilities":{"add":["X"]}},"resources":{"limits":{"cpu":"1","memory":"1Gi"}}}])),st("apply","a",dep(1,[{"name":"c","image":"i","resources":{"limits":{"cpu":"1"}}}])),st("apply","a",dep(1)))
case("numbers and quantities",DEP,st("apply","a",dep(1,[{"name":"c","image":"i","resources":{"limits":{"cpu":"1000m"}}}])),st("apply","b",dep(1,[{"name":"c","image":"i","resources":{"limits":{"cpu":"1"}}}])))
case("errors of the configuration",DEP,st("apply","a",dep(1,bogus=1)),st("apply","a",dep("x")),st("apply","a",dep(1,[{"name":"c","image":"i"},{"name":"c","image":"j"}])),st("apply","a",dep(1,[{"image":"i"}])),st("apply","a",dep(1,["x"])),st("apply","a",{**dep(1),"kind":"Foo"}),st("apply","a",{**dep(1),"apiVersion":"apps/v1beta1"}),st("apply","a",dep(1,selector=5)),st("apply","a",dep(1,paused="yes")),st("apply","a",dep(1,[{"name":5,"image":"i"}])),st("apply","a",dep(1,[{"name":"c","image":["x"]}])),st("apply","a",dep(True)))
d=dep(1);d["metadata"]["managedFields"]=[{}]
case("managed fields in the configuration",DEP,st("apply","a",d))
case("explicit nulls and empties",DEP,st("apply","a",dep(1,labels={"x":"1"})),st("apply","b",{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","labels":None,"annotations":{}},"spec":{"replicas":None,"strategy":{}}},True))
la=json.dumps(cm({"a":"1","b":"2"}),separators=(",",":"))+"\n"
case("client-side apply is taken over",CM,st("create","kubectl-client-side-apply",cm({"a":"1","b":"2"},annotations={"kubectl.kubernetes.io/last-applied-configuration":la})),st("apply","kubectl",cm({"a":"9","b":"2"})),st("apply","kubectl",cm({"a":"9"})))
case("client-side apply with foreign changes",CM,st("create","kubectl-client-side-apply",cm({"a":"1","b":"2"},annotations={"kubectl.kubernetes.io/last-applied-configuration":la})),st("update","u",live(cm({"a":"5","b":"2"},annotations={"kubectl.kubernetes.io/last-applied-configuration":la}))),st("apply","kubectl",cm({"a":"9","b":"3"})))
case("order of lists",POD,st("create","m",{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","finalizers":["f/a","f/b","f/c","f/d"]},"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}}),st("apply","x",{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","finalizers":["f/c","f/x","f/a"]},"spec":{"containers":[{"name":"c","image":"1"},{"name":"x","image":"2"},{"name":"a","image":"3"}]}},True))
case("volumes and inline structs",POD,st("create","m",{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"volumes":[{"name":"v","emptyDir":{}},{"name":"w","configMap":{"name":"c","items":[{"key":"a","path":"b"}]}}],"containers":[{"name":"a","volumeMounts":[{"name":"v","mountPath":"/a<b>&c"}]}],"tolerations":[{"key":"x"}],"nodeSelector":{"a":"b"}}}))
case("node status",NODE,st("create","kubelet",{"apiVersion":"v1","kind":"Node","metadata":{"name":"n","labels":{"a":"b"}},"spec":{"podCIDR":"10.0.0.0/24"}}),st("update","kubelet",{"apiVersion":"v1","kind":"Node","metadata":{"name":"n","uid":"u","labels":{"a":"b"}},"spec":{"podCIDR":"10.0.0.0/24"},"status":{"capacity":{"cpu":"4"},"conditions":[{"type":"Ready","status":"True","lastHeartbeatTime":"2026-01-01T00:00:00Z"}],"addresses":[{"type":"Hostname","address":"n"}],"images":[{"names":["a"],"sizeBytes":5}]}},sub="status"))
case("ingress",ING,st("create","m",{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"i"},"spec":{"rules":[{"host":"h","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"s","port":{"number":80}}}}]}}]}}))
case("controller revision data",["apps","v1","ControllerRevision"],st("create","m",{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"r"},"revision":1,"data":{"spec":{"template":{"x":1,"l":[1,2]}}}}),st("update","n",{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"r","uid":"u"},"revision":2,"data":{"spec":{"template":{"x":2,"l":[1]}}}}))
case("duplicates in a list by key",POD,st("create","m",{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"a","env":[{"name":"A","value":"1"},{"name":"A","value":"2"},{"name":"B","value":"1"}]}]}}),st("update","n",{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","uid":"u"},"spec":{"containers":[{"name":"a","env":[{"name":"A","value":"1"},{"name":"A","value":"3"},{"name":"B","value":"2"}]}]}}),st("update","o",{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","uid":"u"},"spec":{"containers":[{"name":"a","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]}]}}))
many=[st("create","m00",cm({"a":"0"}))]
for i in range(1,14): many.append(st("update","m%02d"%i,live(cm({"a":"0",**{"k%02d"%j:"1" for j in range(1,i+1)}}))))
case("more than ten updaters",CM,*many)
print(json.dumps(C))
