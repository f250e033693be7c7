package main

import (
	_ "k8s.io/kubernetes/pkg/apis/scheduling/install"
	"k8s.io/kubernetes/pkg/registry/scheduling/priorityclass"
)

func init() {
	register("scheduling.k8s.io", "PriorityClass", "priorityclasses", priorityclass.Strategy, nil)
}
