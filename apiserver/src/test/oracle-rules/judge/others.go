package main

import (
	_ "k8s.io/kubernetes/pkg/apis/coordination/install"
	_ "k8s.io/kubernetes/pkg/apis/flowcontrol/install"
	_ "k8s.io/kubernetes/pkg/apis/node/install"
	"k8s.io/kubernetes/pkg/registry/coordination/lease"
	"k8s.io/kubernetes/pkg/registry/flowcontrol/flowschema"
	"k8s.io/kubernetes/pkg/registry/flowcontrol/prioritylevelconfiguration"
	"k8s.io/kubernetes/pkg/registry/node/runtimeclass"
)

func init() {
	register("coordination.k8s.io", "Lease", "leases", lease.Strategy, nil)
	register("node.k8s.io", "RuntimeClass", "runtimeclasses", runtimeclass.Strategy, nil)
	register("flowcontrol.apiserver.k8s.io", "FlowSchema", "flowschemas", flowschema.Strategy, status(flowschema.StatusStrategy))
	register("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", "prioritylevelconfigurations", prioritylevelconfiguration.Strategy, status(prioritylevelconfiguration.StatusStrategy))
}
