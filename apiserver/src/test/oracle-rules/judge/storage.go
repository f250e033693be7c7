package main

import (
	_ "k8s.io/kubernetes/pkg/apis/storage/install"
	"k8s.io/kubernetes/pkg/registry/storage/csidriver"
	"k8s.io/kubernetes/pkg/registry/storage/csinode"
	"k8s.io/kubernetes/pkg/registry/storage/csistoragecapacity"
	"k8s.io/kubernetes/pkg/registry/storage/storageclass"
	"k8s.io/kubernetes/pkg/registry/storage/volumeattachment"
	"k8s.io/kubernetes/pkg/registry/storage/volumeattributesclass"
)

func init() {
	const group = "storage.k8s.io"
	register(group, "StorageClass", "storageclasses", storageclass.Strategy, nil)
	register(group, "CSIDriver", "csidrivers", csidriver.Strategy, nil)
	register(group, "CSINode", "csinodes", csinode.Strategy, nil)
	register(group, "CSIStorageCapacity", "csistoragecapacities", csistoragecapacity.Strategy, nil)
	register(group, "VolumeAttachment", "volumeattachments", volumeattachment.Strategy, status(volumeattachment.StatusStrategy))
	register(group, "VolumeAttributesClass", "volumeattributesclasses", volumeattributesclass.Strategy, nil)
}
