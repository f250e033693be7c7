package main

import (
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	"k8s.io/kubernetes/pkg/registry/networking/ingress"
	"k8s.io/kubernetes/pkg/registry/networking/ingressclass"
	"k8s.io/kubernetes/pkg/registry/networking/ipaddress"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/networking/servicecidr"
)

func init() {
	const group = "networking.k8s.io"
	register(group, "Ingress", "ingresses", ingress.Strategy, status(ingress.StatusStrategy))
	register(group, "IngressClass", "ingressclasses", ingressclass.Strategy, nil)
	register(group, "NetworkPolicy", "networkpolicies", networkpolicy.Strategy, nil)
	register(group, "IPAddress", "ipaddresses", ipaddress.Strategy, nil)
	register(group, "ServiceCIDR", "servicecidrs", servicecidr.Strategy, status(servicecidr.StatusStrategy))
}
