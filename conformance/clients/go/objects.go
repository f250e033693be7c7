package main

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

const seenMax = 30 * time.Second

// objects goes through an object's life with client-go, in each form of bodies, and reads what describes the API.
func objects(args []string) error {
	config, err := cluster(args[0])
	if err != nil {
		return err
	}
	ctx, end := context.WithTimeout(context.Background(), 2*time.Minute)
	defer end()
	return guarded(func() {
		for _, form := range []string{"application/json", "application/vnd.kubernetes.protobuf"} {
			form := form
			own := rest.CopyConfig(config)
			own.ContentType = form
			if form != "application/json" {
				own.AcceptContentTypes = form + ",application/json"
			}
			life(ctx, kubernetes.NewForConfigOrDie(own), args[1], fmt.Sprint("typed-", len(form)))
			fmt.Println("ok: typed", form)
		}
		untyped(ctx, dynamic.NewForConfigOrDie(config), args[1])
		fmt.Println("ok: dynamic")
		described(kubernetes.NewForConfigOrDie(config))
		fmt.Println("ok: discovery and OpenAPI")
	})
}

// until waits for an informer's event.
func until(what string, events <-chan string, wanted string) {
	limit := time.After(seenMax)
	for {
		select {
		case event := <-events:
			if event == wanted {
				return
			}
		case <-limit:
			require(false, "%s: no %s within %s", what, wanted, seenMax)
		}
	}
}

func life(ctx context.Context, client kubernetes.Interface, namespace, name string) {
	maps := client.CoreV1().ConfigMaps(namespace)
	events := make(chan string, 100)
	ctx, end := context.WithCancel(ctx)
	defer end()
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace),
		informers.WithTweakListOptions(func(o *metav1.ListOptions) { o.LabelSelector = "suite=" + name }))
	informer := factory.Core().V1().ConfigMaps()
	_, err := informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { events <- "added " + o.(*corev1.ConfigMap).Name },
		UpdateFunc: func(_, o any) { events <- "updated " + o.(*corev1.ConfigMap).Data["step"] },
		DeleteFunc: func(any) { events <- "deleted" },
	})
	must(err)
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())

	created, err := maps.Create(ctx, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"suite": name}},
		Data:       map[string]string{"step": "created"},
		BinaryData: map[string][]byte{"bytes": {0, 1, 255}},
	}, metav1.CreateOptions{})
	must(err)
	require(created.UID != "" && created.ResourceVersion != "", "incomplete: %v", created.ObjectMeta)
	until(name, events, "added "+name)
	_, err = maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}}, metav1.CreateOptions{})
	require(apierrors.IsAlreadyExists(err), "second create: %v", err)

	list, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "suite=" + name, Limit: 1})
	must(err)
	require(len(list.Items) == 1 && string(list.Items[0].BinaryData["bytes"]) == "\x00\x01\xff", "list: %v", list)

	changed := created.DeepCopy()
	changed.Data["step"] = "changed"
	changed, err = maps.Update(ctx, changed, metav1.UpdateOptions{})
	must(err)
	until(name, events, "updated changed")
	created.Data["step"] = "stale"
	_, err = maps.Update(ctx, created, metav1.UpdateOptions{})
	require(apierrors.IsConflict(err), "stale update: %v", err)

	patches := map[types.PatchType]string{
		types.JSONPatchType:           `[{"op":"replace","path":"/data/step","value":"json"}]`,
		types.MergePatchType:          `{"data":{"step":"merged"}}`,
		types.StrategicMergePatchType: `{"data":{"step":"strategic"}}`,
	}
	for kind, patch := range patches {
		_, err = maps.Patch(ctx, name, kind, []byte(patch), metav1.PatchOptions{})
		must(err)
	}
	_, err = maps.Apply(ctx, applycorev1.ConfigMap(name, namespace).WithData(map[string]string{"applied": "yes"}),
		metav1.ApplyOptions{FieldManager: "suite"})
	must(err)
	_, err = maps.Apply(ctx, applycorev1.ConfigMap(name, namespace).WithData(map[string]string{"step": "applied"}),
		metav1.ApplyOptions{FieldManager: "suite"})
	require(apierrors.IsConflict(err), "apply of another's field: %v", err)
	_, err = maps.Apply(ctx, applycorev1.ConfigMap(name, namespace).WithData(map[string]string{"step": "applied"}),
		metav1.ApplyOptions{FieldManager: "suite", Force: true})
	must(err)
	until(name, events, "updated applied")
	cached, err := informer.Lister().ConfigMaps(namespace).Get(name)
	must(err)
	require(cached.Data["applied"] == "", "the field that the manager left is still there: %v", cached.Data)

	uid := changed.UID + "x"
	err = maps.Delete(ctx, name, metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}})
	require(apierrors.IsConflict(err), "delete of another uid: %v", err)
	must(maps.Delete(ctx, name, metav1.DeleteOptions{}))
	until(name, events, "deleted")
	_, err = maps.Get(ctx, name, metav1.GetOptions{})
	require(apierrors.IsNotFound(err), "get of what is gone: %v", err)
}

func untyped(ctx context.Context, client dynamic.Interface, namespace string) {
	deployments := client.Resource(corev1.SchemeGroupVersion.WithResource("services")).Namespace(namespace)
	service := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Service", "metadata": map[string]any{"name": "untyped"},
		"spec": map[string]any{"ports": []any{map[string]any{"port": int64(80)}}},
	}}
	created, err := deployments.Create(ctx, service, metav1.CreateOptions{})
	must(err)
	var typed corev1.Service
	must(runtime.DefaultUnstructuredConverter.FromUnstructured(created.Object, &typed))
	require(typed.Spec.ClusterIP != "" && typed.Spec.Ports[0].TargetPort.IntVal == 80, "not defaulted: %v", typed.Spec)
	watch, err := deployments.Watch(ctx, metav1.ListOptions{ResourceVersion: created.GetResourceVersion()})
	must(err)
	defer watch.Stop()
	must(deployments.Delete(ctx, "untyped", metav1.DeleteOptions{}))
	select {
	case event := <-watch.ResultChan():
		require(event.Type == "DELETED", "watch told %v", event)
	case <-time.After(seenMax):
		require(false, "the watch does not tell of the deletion")
	}
}

func described(client kubernetes.Interface) {
	resources, err := client.Discovery().ServerPreferredResources()
	must(err)
	require(len(resources) > 20, "%d groups", len(resources))
	v2, err := client.Discovery().OpenAPISchema() // as protobuf
	must(err)
	require(len(v2.GetDefinitions().GetAdditionalProperties()) > 600, "%d definitions in v2",
		len(v2.GetDefinitions().GetAdditionalProperties()))
	paths, err := client.Discovery().OpenAPIV3().Paths()
	must(err)
	text, err := paths["apis/apps/v1"].Schema("application/json")
	must(err)
	require(len(text) > 100_000, "%d bytes of OpenAPI v3", len(text))
	described3(paths)
}
