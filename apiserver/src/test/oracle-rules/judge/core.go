package main

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	"k8s.io/kubernetes/pkg/apis/core/validation"
	_ "k8s.io/kubernetes/pkg/apis/events/install"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/endpoint"
	"k8s.io/kubernetes/pkg/registry/core/event"
	"k8s.io/kubernetes/pkg/registry/core/limitrange"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/node"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolume"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolumeclaim"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/core/podtemplate"
	"k8s.io/kubernetes/pkg/registry/core/replicationcontroller"
	"k8s.io/kubernetes/pkg/registry/core/resourcequota"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
)

func init() {
	register("", "Pod", "pods", pod.Strategy, map[string]rest.RESTUpdateStrategy{
		"status":              pod.StatusStrategy,
		"ephemeralcontainers": pod.EphemeralContainersStrategy,
		"resize":              pod.ResizeStrategy,
	})
	register("", "PodTemplate", "podtemplates", podtemplate.Strategy, nil)
	register("", "ReplicationController", "replicationcontrollers", replicationcontroller.Strategy, status(replicationcontroller.StatusStrategy))
	register("", "Service", "services", service.Strategy, status(service.StatusStrategy))
	register("", "Endpoints", "endpoints", endpoint.Strategy, nil)
	register("", "Node", "nodes", node.Strategy, status(node.StatusStrategy))
	register("", "Namespace", "namespaces", namespace.Strategy, map[string]rest.RESTUpdateStrategy{
		"status":   namespace.StatusStrategy,
		"finalize": namespace.FinalizeStrategy,
	})
	register("", "PersistentVolume", "persistentvolumes", persistentvolume.Strategy, status(persistentvolume.StatusStrategy))
	register("", "PersistentVolumeClaim", "persistentvolumeclaims", persistentvolumeclaim.Strategy, status(persistentvolumeclaim.StatusStrategy))
	register("", "ConfigMap", "configmaps", configmap.Strategy, nil)
	register("", "Secret", "secrets", secret.Strategy, nil)
	register("", "ServiceAccount", "serviceaccounts", serviceaccount.Strategy, nil)
	register("", "LimitRange", "limitranges", limitrange.Strategy, nil)
	register("", "ResourceQuota", "resourcequotas", resourcequota.Strategy, status(resourcequota.StatusStrategy))
	register("", "Event", "events", event.Strategy, nil)
	register("events.k8s.io", "Event", "events", event.Strategy, nil)
	validators[schema.GroupKind{Kind: "Binding"}] = func(o runtime.Object) field.ErrorList {
		return validation.ValidatePodBinding(o.(*core.Binding))
	}
}
