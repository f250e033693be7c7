package main

import (
	"encoding/json"
	"os"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes/scheme"
	kjson "sigs.k8s.io/json"
)

type Case struct {
	Kind    string
	Gvk     [3]string
	Current json.RawMessage
	Patch   json.RawMessage
	Want    any `json:"want"`
}

func main() {
	var cases []Case
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	for i := range cases {
		c := &cases[i]
		func() {
			defer func() {
				if r := recover(); r != nil {
					c.Want = map[string]any{"error": "panic"}
				}
			}()
			obj, err := scheme.Scheme.New(schema.GroupVersionKind{Group: c.Gvk[0], Version: c.Gvk[1], Kind: c.Gvk[2]})
			if err != nil {
				panic(err)
			}
			if err := json.Unmarshal(c.Current, obj); err != nil {
				panic(err)
			}
			cur, _ := json.Marshal(obj)
			out, _ := scheme.Scheme.New(schema.GroupVersionKind{Group: c.Gvk[0], Version: c.Gvk[1], Kind: c.Gvk[2]})
			fail := func(err error) { c.Want = map[string]any{"error": err.Error()} }
			switch c.Kind {
			case "STRATEGIC_MERGE":
				m, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
				if err != nil {
					panic(err)
				}
				p := map[string]interface{}{}
				strict, err := kjson.UnmarshalStrict(c.Patch, &p)
				if err != nil {
					fail(err)
					return
				}
				r, err := strategicpatch.StrategicMergeMapPatch(m, p, obj)
				if err != nil {
					fail(err)
					return
				}
				if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(r, out, true); err != nil {
					fail(err)
					return
				}
				if len(strict) > 0 {
					fail(strict[0])
					return
				}
			case "JSON":
				p, err := jsonpatch.DecodePatch(c.Patch)
				if err != nil {
					fail(err)
					return
				}
				b, err := p.Apply(cur)
				if err != nil {
					c.Want = map[string]any{"error": "422"}
					return
				}
				if err := json.Unmarshal(b, out); err != nil {
					fail(err)
					return
				}
			case "MERGE":
				b, err := jsonpatch.MergePatch(cur, c.Patch)
				if err != nil {
					fail(err)
					return
				}
				if err := json.Unmarshal(b, out); err != nil {
					fail(err)
					return
				}
			}
			b, _ := json.Marshal(out)
			c.Want = json.RawMessage(b)
		}()
	}
	e := json.NewEncoder(os.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	e.Encode(cases)
}
