package main

import (
	_ "k8s.io/kubernetes/pkg/apis/resource/install"
	"k8s.io/kubernetes/pkg/registry/resource/deviceclass"
	"k8s.io/kubernetes/pkg/registry/resource/devicetaintrule"
	"k8s.io/kubernetes/pkg/registry/resource/resourceclaim"
	"k8s.io/kubernetes/pkg/registry/resource/resourceclaimtemplate"
	"k8s.io/kubernetes/pkg/registry/resource/resourceslice"
)

func init() {
	const group = "resource.k8s.io"
	claims := resourceclaim.NewStrategy(nil, nil)
	register(group, "ResourceClaim", "resourceclaims", claims, status(resourceclaim.NewStatusStrategy(claims)))
	register(group, "ResourceClaimTemplate", "resourceclaimtemplates", resourceclaimtemplate.NewStrategy(nil), nil)
	register(group, "ResourceSlice", "resourceslices", resourceslice.Strategy, nil)
	register(group, "DeviceClass", "deviceclasses", deviceclass.Strategy, nil)
	register(group, "DeviceTaintRule", "devicetaintrules", devicetaintrule.Strategy, status(devicetaintrule.StatusStrategy))
}
