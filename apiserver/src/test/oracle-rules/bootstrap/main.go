// bootstrap prints the objects that upstream's API server creates by itself, one JSON object a
// line: RBAC policy, flow schemas, priority levels and priority classes.
package main

import (
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	jsonserializer "k8s.io/apimachinery/pkg/runtime/serializer/json"
	flowbootstrap "k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/flowcontrol/install"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	_ "k8s.io/kubernetes/pkg/apis/scheduling/install"
	schedulingv1 "k8s.io/kubernetes/pkg/apis/scheduling/v1"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy"
)

var plain = jsonserializer.NewSerializerWithOptions(
	jsonserializer.DefaultMetaFactory, legacyscheme.Scheme, legacyscheme.Scheme, jsonserializer.SerializerOptions{})

func show(group string, object runtime.Object) {
	version := schema.GroupVersion{Group: group, Version: "v1"}
	object = object.DeepCopyObject()
	legacyscheme.Scheme.Default(object)
	raw, err := runtime.Encode(legacyscheme.Codecs.EncoderForVersion(plain, version), object)
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(raw)
}

func main() {
	const rbac = "rbac.authorization.k8s.io"
	roles := bootstrappolicy.ClusterRoles()
	for i := range roles {
		show(rbac, &roles[i])
	}
	controllers := bootstrappolicy.ControllerRoles()
	for i := range controllers {
		show(rbac, &controllers[i])
	}
	bindings := bootstrappolicy.ClusterRoleBindings()
	for i := range bindings {
		show(rbac, &bindings[i])
	}
	controllerBindings := bootstrappolicy.ControllerRoleBindings()
	for i := range controllerBindings {
		show(rbac, &controllerBindings[i])
	}
	for _, list := range bootstrappolicy.NamespaceRoles() {
		for i := range list {
			show(rbac, &list[i])
		}
	}
	for _, list := range bootstrappolicy.NamespaceRoleBindings() {
		for i := range list {
			show(rbac, &list[i])
		}
	}
	const flow = "flowcontrol.apiserver.k8s.io"
	for _, s := range flowbootstrap.MandatoryFlowSchemas {
		show(flow, s)
	}
	for _, s := range flowbootstrap.SuggestedFlowSchemas {
		show(flow, s)
	}
	for _, p := range flowbootstrap.MandatoryPriorityLevelConfigurations {
		show(flow, p)
	}
	for _, p := range flowbootstrap.SuggestedPriorityLevelConfigurations {
		show(flow, p)
	}
	for _, c := range schedulingv1.SystemPriorityClasses() {
		show("scheduling.k8s.io", c)
	}
}
