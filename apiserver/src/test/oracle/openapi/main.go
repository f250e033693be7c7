package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	yaml "go.yaml.in/yaml/v3"
	gproto "google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/kube-openapi/pkg/spec3"
	kproto "k8s.io/kube-openapi/pkg/util/proto"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	dir := os.Args[1]
	b, err := os.ReadFile(dir + "/v2.pb")
	must(err)
	doc := &openapi_v2.Document{}
	must(gproto.UnmarshalOptions{DiscardUnknown: false}.Unmarshal(b, doc))
	if n := len(doc.ProtoReflect().GetUnknown()); n != 0 {
		panic("unknown fields")
	}
	models, err := kproto.NewOpenAPIData(doc)
	must(err)
	fmt.Println("v2.pb:", len(doc.Paths.Path), "paths", len(doc.Definitions.AdditionalProperties), "definitions", len(models.ListModels()), "models")
	m := models.LookupModel("io.k8s.api.apps.v1.Deployment")
	fmt.Println("gvk ext:", m.GetExtensions()["x-kubernetes-group-version-kind"])
	c := models.LookupModel("io.k8s.api.core.v1.PodSpec").(*kproto.Kind)
	fmt.Println("containers ext:", c.Fields["containers"].GetExtensions())
	// JSON form equals the protobuf form
	jb, err := os.ReadFile(dir + "/v2.json")
	must(err)
	doc2, err := openapi_v2.ParseDocument(jb)
	must(err)
	var a, bb any
	y1, err := doc.YAMLValue("")
	must(err)
	y2, err := doc2.YAMLValue("")
	must(err)
	must(yaml.Unmarshal(y1, &a))
	must(yaml.Unmarshal(y2, &bb))
	fmt.Println("json -> gnostic equal:", reflect.DeepEqual(a, bb), len(y1), len(y2))
	var sw spec.Swagger
	must(json.Unmarshal(jb, &sw))
	fmt.Println("swagger json:", len(sw.Paths.Paths), len(sw.Definitions))
	// patch op with params
	for _, p := range doc.Paths.Path {
		if p.Name == "/apis/apps/v1/namespaces/{namespace}/deployments/{name}" {
			var names []string
			for _, q := range p.Value.Patch.Parameters {
				names = append(names, q.GetParameter().GetNonBodyParameter().GetQueryParameterSubSchema().GetName()+q.GetParameter().GetBodyParameter().GetName())
			}
			fmt.Println("patch:", p.Value.Patch.OperationId, names, p.Value.Patch.VendorExtension)
		}
	}
	files, _ := filepath.Glob(dir + "/v3-*.json")
	for _, f := range files {
		b, err := os.ReadFile(f)
		must(err)
		var o spec3.OpenAPI
		if err := json.Unmarshal(b, &o); err != nil {
			panic(f + ": " + err.Error())
		}
		// all refs resolve
		for _, part := range strings.Split(string(b), "#/components/schemas/")[1:] {
			name := part[:strings.Index(part, "\"")]
			if _, ok := o.Components.Schemas[name]; !ok {
				fmt.Println("unresolved", f, name)
			}
		}
		if _, err := managedfields.NewTypeConverter(o.Components.Schemas, false); err != nil {
			panic(f + ": " + err.Error())
		}
		if strings.HasSuffix(f, "apis_apps_v1.json") {
			tc, err := managedfields.NewTypeConverter(o.Components.Schemas, false)
			must(err)
			u := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "spec": map[string]any{"replicas": int64(1), "template": map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": "c", "ports": []any{map[string]any{"containerPort": int64(80)}}}}}}}}}
			u.SetGroupVersionKind(schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"})
			tv, err := tc.ObjectToTyped(u)
			must(err)
			fs, err := tv.ToFieldSet()
			must(err)
			fmt.Println("typed fields:", strings.ReplaceAll(fs.String(), "\n", " "))
		}
	}
	fmt.Println("v3 documents:", len(files))
}
