package main

import (
	_ "k8s.io/kubernetes/pkg/apis/discovery/install"
	"k8s.io/kubernetes/pkg/registry/discovery/endpointslice"
)

func init() {
	register("discovery.k8s.io", "EndpointSlice", "endpointslices", endpointslice.Strategy, nil)
}
