package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"
	"time"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes/scheme"
)

type filler struct {
	seed, n int
	sparse  int
}

func (f *filler) next() int { f.n = (f.n*31 + f.seed*17 + 7) % 9973; return f.n }

func (f *filler) fill(v reflect.Value, depth int) {
	if f.sparse > 0 && depth > 1 && f.next()%f.sparse == 0 {
		return
	}
	switch v.Interface().(type) {
	case metav1.Time:
		v.Set(reflect.ValueOf(metav1.NewTime(time.Unix(int64(1700000000+f.next()), 0).UTC())))
		return
	case metav1.MicroTime:
		v.Set(reflect.ValueOf(metav1.NewMicroTime(time.Unix(int64(1700000000+f.next()), 5000).UTC())))
		return
	case metav1.Duration:
		v.Set(reflect.ValueOf(metav1.Duration{Duration: time.Duration(f.next()) * time.Second}))
		return
	case resource.Quantity:
		v.Set(reflect.ValueOf(resource.MustParse(fmt.Sprintf("%dm", f.next()*3+1))))
		return
	case intstr.IntOrString:
		if f.next()%2 == 0 {
			v.Set(reflect.ValueOf(intstr.FromInt32(int32(f.next()))))
		} else {
			v.Set(reflect.ValueOf(intstr.FromString(fmt.Sprintf("p%d", f.next()))))
		}
		return
	case runtime.RawExtension:
		v.Set(reflect.ValueOf(runtime.RawExtension{Raw: []byte(fmt.Sprintf(`{"apiVersion":"v1","kind":"X","n":%d}`, f.next()))}))
		return
	case metav1.FieldsV1:
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("s%d", f.next()))
	case reflect.Bool:
		v.SetBool(f.next()%2 == 0)
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Int16, reflect.Int8:
		v.SetInt(int64(f.next()))
	case reflect.Float64, reflect.Float32:
		v.SetFloat(float64(f.next()) + 0.5)
	case reflect.Pointer:
		if depth > 14 {
			return
		}
		p := reflect.New(v.Type().Elem())
		f.fill(p.Elem(), depth+1)
		v.Set(p)
	case reflect.Slice:
		if depth > 14 {
			return
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(fmt.Sprintf("b%d", f.next())))
			return
		}
		n := 1 + f.next()%2
		s := reflect.MakeSlice(v.Type(), n, n)
		for i := 0; i < n; i++ {
			f.fill(s.Index(i), depth+1)
		}
		v.Set(s)
	case reflect.Map:
		m := reflect.MakeMap(v.Type())
		for i := 0; i < 1+f.next()%2; i++ {
			k := reflect.New(v.Type().Key()).Elem()
			k.SetString(fmt.Sprintf("k%d", f.next()%4))
			e := reflect.New(v.Type().Elem()).Elem()
			f.fill(e, depth+1)
			m.SetMapIndex(k, e)
		}
		v.Set(m)
	case reflect.Struct:
		for i := 0; i < v.NumField(); i++ {
			if v.Type().Field(i).IsExported() {
				f.fill(v.Field(i), depth+1)
			}
		}
	}
}

func main() {
	type Case struct {
		Kind           string
		Gvk            [3]string
		Current, Patch json.RawMessage
	}
	var cases []Case
	var gvks []schema.GroupVersionKind
	for gvk := range scheme.Scheme.AllKnownTypes() {
		gvks = append(gvks, gvk)
	}
	sort.Slice(gvks, func(i, j int) bool { return gvks[i].String() < gvks[j].String() })
	for _, gvk := range gvks {
		if gvk.Version == "__internal" || strings.HasSuffix(gvk.Kind, "List") || strings.HasSuffix(gvk.Kind, "Options") || gvk.Kind == "WatchEvent" {
			continue
		}
		o, _ := scheme.Scheme.New(gvk)
		if _, ok := o.(metav1.Object); !ok {
			continue
		}
		mk := func(seed, sparse int) []byte {
			o, _ := scheme.Scheme.New(gvk)
			f := &filler{seed: seed, n: seed, sparse: sparse}
			f.fill(reflect.ValueOf(o).Elem(), 0)
			o.(metav1.Object).SetManagedFields(nil)
			o.GetObjectKind().SetGroupVersionKind(gvk)
			b, _ := json.Marshal(o)
			return b
		}
		for _, pair := range [][4]int{{1, 0, 2, 0}, {1, 0, 1, 3}, {1, 3, 1, 0}, {3, 4, 3, 5}, {2, 6, 5, 4}} {
			a, b := mk(pair[0], pair[1]), mk(pair[2], pair[3])
			p, err := strategicpatch.CreateTwoWayMergePatch(a, b, o)
			if err == nil {
				cases = append(cases, Case{"STRATEGIC_MERGE", [3]string{gvk.Group, gvk.Version, gvk.Kind}, a, p})
			}
			p, err = jsonpatch.CreateMergePatch(a, b)
			if err == nil {
				cases = append(cases, Case{"MERGE", [3]string{gvk.Group, gvk.Version, gvk.Kind}, a, p})
			}
		}
	}
	json.NewEncoder(os.Stdout).Encode(cases)
}
