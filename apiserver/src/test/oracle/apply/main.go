package main

import (
	"encoding/json"
	"fmt"
	"os"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

type Step struct {
	Op, Manager, Subresource string
	Force                    bool
	Obj                      json.RawMessage
	Patch                    json.RawMessage `json:",omitempty"`
	Want                     any             `json:"want"`
}
type Case struct {
	Name  string
	Gvk   [3]string
	Steps []Step
}

func main() {
	var cases []Case
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	tc := applyconfigurations.NewTypeConverter(scheme.Scheme)
	for ci := range cases {
		c := &cases[ci]
		gvk := schema.GroupVersionKind{Group: c.Gvk[0], Version: c.Gvk[1], Kind: c.Gvk[2]}
		var live runtime.Object
		for si := range c.Steps {
			s := &c.Steps[si]
			reset := map[fieldpath.APIVersion]fieldpath.Filter{}
			set := fieldpath.NewSet(fieldpath.MakePathOrDie("status"))
			if s.Subresource == "status" {
				set = fieldpath.NewSet(fieldpath.MakePathOrDie("spec"))
			}
			reset[fieldpath.APIVersion(gvk.GroupVersion().String())] = fieldpath.NewExcludeSetFilter(set)
			fm, err := managedfields.NewDefaultFieldManager(tc, runtime.UnsafeObjectConvertor(scheme.Scheme), scheme.Scheme, scheme.Scheme, gvk, gvk.GroupVersion(), s.Subresource, reset)
			if err != nil {
				panic(err)
			}
			empty, _ := scheme.Scheme.New(gvk)
			empty.GetObjectKind().SetGroupVersionKind(gvk)
			var out runtime.Object
			switch s.Op {
			case "create", "update":
				obj, _ := scheme.Scheme.New(gvk)
				if err := json.Unmarshal(s.Obj, obj); err != nil {
					panic(err)
				}
				obj.GetObjectKind().SetGroupVersionKind(gvk)
				l := empty
				if s.Op == "update" {
					l = live
				}
				a, _ := meta.Accessor(obj)
				out = fm.UpdateNoErrors(l.DeepCopyObject(), obj, s.Manager)
				a, _ = meta.Accessor(out)
				a.SetUID(types.UID("u"))
			case "apply":
				u := &unstructured.Unstructured{}
				if err := json.Unmarshal(s.Obj, &u.Object); err != nil {
					panic(err)
				}
				l := empty
				if live != nil {
					l = live
				}
				out, err = fm.Apply(l.DeepCopyObject(), u, s.Manager, s.Force)
				if err != nil {
					m := map[string]any{"error": err.Error()}
					if st, ok := err.(apierrors.APIStatus); ok {
						m["reason"] = st.Status().Reason
						if st.Status().Details != nil {
							m["causes"] = st.Status().Details.Causes
						}
					}
					s.Want = m
					continue
				}
				a, _ := meta.Accessor(out)
				a.SetUID(types.UID("u"))
			}
			live = out
			a, _ := meta.Accessor(out)
			mf := a.GetManagedFields()
			cp := out.DeepCopyObject()
			ac, _ := meta.Accessor(cp)
			var nf []metav1.ManagedFieldsEntry
			for _, e := range mf {
				e.Time = nil
				nf = append(nf, e)
			}
			ac.SetManagedFields(nf)
			b, _ := json.Marshal(cp)
			s.Want = json.RawMessage(b)
		}
	}
	e := json.NewEncoder(os.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(cases); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
