package main

import (
	"k8s.io/apiserver/pkg/registry/rest"
	_ "k8s.io/kubernetes/pkg/apis/certificates/install"
	"k8s.io/kubernetes/pkg/registry/certificates/certificates"
	"k8s.io/kubernetes/pkg/registry/certificates/clustertrustbundle"
)

func init() {
	const group = "certificates.k8s.io"
	register(group, "CertificateSigningRequest", "certificatesigningrequests", certificates.Strategy, map[string]rest.RESTUpdateStrategy{
		"status":   certificates.StatusStrategy,
		"approval": certificates.ApprovalStrategy,
	})
	register(group, "ClusterTrustBundle", "clustertrustbundles", clustertrustbundle.Strategy, nil)
}
