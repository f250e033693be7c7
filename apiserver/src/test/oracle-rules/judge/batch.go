package main

import (
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/batch/job"
)

func init() {
	register("batch", "Job", "jobs", job.Strategy, status(job.StatusStrategy))
	register("batch", "CronJob", "cronjobs", cronjob.Strategy, status(cronjob.StatusStrategy))
}
