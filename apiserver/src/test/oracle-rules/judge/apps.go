package main

import (
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	"k8s.io/kubernetes/pkg/registry/apps/controllerrevision"
	"k8s.io/kubernetes/pkg/registry/apps/daemonset"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/replicaset"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
)

func init() {
	register("apps", "Deployment", "deployments", deployment.Strategy, status(deployment.StatusStrategy))
	register("apps", "ReplicaSet", "replicasets", replicaset.Strategy, status(replicaset.StatusStrategy))
	register("apps", "StatefulSet", "statefulsets", statefulset.Strategy, status(statefulset.StatusStrategy))
	register("apps", "DaemonSet", "daemonsets", daemonset.Strategy, status(daemonset.StatusStrategy))
	register("apps", "ControllerRevision", "controllerrevisions", controllerrevision.Strategy, nil)
}
