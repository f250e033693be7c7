package main

import (
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrole"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrolebinding"
	"k8s.io/kubernetes/pkg/registry/rbac/role"
	"k8s.io/kubernetes/pkg/registry/rbac/rolebinding"
)

func init() {
	const group = "rbac.authorization.k8s.io"
	register(group, "Role", "roles", role.Strategy, nil)
	register(group, "ClusterRole", "clusterroles", clusterrole.Strategy, nil)
	register(group, "RoleBinding", "rolebindings", rolebinding.Strategy, nil)
	register(group, "ClusterRoleBinding", "clusterrolebindings", clusterrolebinding.Strategy, nil)
}
