package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const finalizer = "example.org/secret"

// copier keeps a Secret for each ConfigMap that asks for one, as operators do: owner reference, finalizer, status in an
// annotation.
type copier struct{ client.Client }

func (c copier) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var origin corev1.ConfigMap
	if err := c.Get(ctx, request.NamespacedName, &origin); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if origin.Labels["copy"] != "yes" {
		return ctrl.Result{}, nil
	}
	if !origin.DeletionTimestamp.IsZero() {
		if controllerutil.RemoveFinalizer(&origin, finalizer) {
			return ctrl.Result{}, c.Update(ctx, &origin)
		}
		return ctrl.Result{}, nil
	}
	if controllerutil.AddFinalizer(&origin, finalizer) {
		return ctrl.Result{}, c.Update(ctx, &origin)
	}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: origin.Namespace, Name: origin.Name}}
	_, err := controllerutil.CreateOrUpdate(ctx, c.Client, secret, func() error {
		secret.StringData = origin.Data
		return controllerutil.SetControllerReference(&origin, secret, c.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, err
	}
	before := origin.DeepCopy()
	metav1.SetMetaDataAnnotation(&origin.ObjectMeta, "copied", secret.Name)
	return ctrl.Result{}, c.Patch(ctx, &origin, client.MergeFrom(before))
}

// controllers runs a manager with leader election, caches and a controller, and looks at what it does.
func controllers(args []string) error {
	config, err := cluster(args[0])
	if err != nil {
		return err
	}
	namespace := args[1]
	log.SetLogger(zap.New())
	return guarded(func() {
		manager, err := ctrl.NewManager(config, ctrl.Options{
			Cache:                         cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
			Metrics:                       server.Options{BindAddress: "0"},
			LeaderElection:                true,
			LeaderElectionID:              "copier.example.org",
			LeaderElectionNamespace:       namespace,
			LeaderElectionReleaseOnCancel: true,
		})
		must(err)
		must(manager.GetFieldIndexer().IndexField(context.Background(), &corev1.Secret{}, "type",
			func(o client.Object) []string { return []string{string(o.(*corev1.Secret).Type)} }))
		must(ctrl.NewControllerManagedBy(manager).For(&corev1.ConfigMap{}).Owns(&corev1.Secret{}).
			Complete(copier{manager.GetClient()}))
		ctx, end := context.WithTimeout(context.Background(), 2*time.Minute)
		ended := make(chan error, 1)
		go func() { ended <- manager.Start(ctx) }()
		copied(ctx, manager.GetClient(), manager.GetAPIReader(), namespace)
		end()
		must(<-ended)
		fmt.Println("ok: controller-runtime")
	})
}

func copied(ctx context.Context, c client.Client, direct client.Reader, namespace string) {
	origin := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "origin", Labels: map[string]string{"copy": "yes"}},
		Data:       map[string]string{"a": "1"},
	}
	must(c.Create(ctx, origin))
	key := client.ObjectKeyFromObject(origin)
	var secret corev1.Secret
	eventually(ctx, "the copy", func() bool { return direct.Get(ctx, key, &secret) == nil && string(secret.Data["a"]) == "1" })
	require(metav1.IsControlledBy(&secret, origin), "not owned: %v", secret.OwnerReferences)

	// what others do to the copy is put right
	before := secret.DeepCopy()
	secret.Data["a"] = []byte("2")
	must(c.Patch(ctx, &secret, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})))
	before.Data["a"] = []byte("3")
	require(apierrors.IsConflict(c.Update(ctx, before)), "a stale update is taken")
	eventually(ctx, "the copy put right", func() bool { return direct.Get(ctx, key, &secret) == nil && string(secret.Data["a"]) == "1" })

	var list corev1.SecretList
	eventually(ctx, "the index", func() bool {
		must(c.List(ctx, &list, client.InNamespace(namespace), client.MatchingFields{"type": string(corev1.SecretTypeOpaque)}))
		return len(list.Items) == 1
	})
	eventually(ctx, "the annotation", func() bool {
		return direct.Get(ctx, key, origin) == nil && origin.Annotations["copied"] == "origin"
	})
	must(c.Delete(ctx, origin))
	eventually(ctx, "the end of it", func() bool { return apierrors.IsNotFound(direct.Get(ctx, key, origin)) })
	eventually(ctx, "the end of the copy", func() bool { return apierrors.IsNotFound(direct.Get(ctx, key, &secret)) })
}

func eventually(ctx context.Context, what string, condition func() bool) {
	err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, seenMax, true, func(context.Context) (bool, error) {
		return condition(), nil
	})
	require(err == nil, "%s: %v", what, err)
}
