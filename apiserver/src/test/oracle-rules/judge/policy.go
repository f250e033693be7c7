package main

import (
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
)

func init() {
	register("policy", "PodDisruptionBudget", "poddisruptionbudgets", poddisruptionbudget.Strategy, status(poddisruptionbudget.StatusStrategy))
}
