package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"

	apiextv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	apiregv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

var envelope = "io.k8s.apimachinery.pkg.runtime.Unknown"

// seal puts a message into the envelope in which the API carries protobuf.
func (s Schema) seal(apiVersion, kind string, msg []byte) []byte {
	meta := chunk(chunk(nil, 1, []byte(apiVersion)), 2, []byte(kind))
	b := append([]byte("k8s\x00"), chunk(chunk(nil, 1, meta), 2, msg)...)
	return chunk(chunk(b, 3, nil), 4, nil)
}

func (s Schema) open(data []byte) (apiVersion, kind string, msg []byte) {
	m := split(data[4:])
	meta := split(m[1][0].([]byte))
	return string(meta[1][0].([]byte)), string(meta[2][0].([]byte)), m[2][0].([]byte)
}

func normal(data []byte) any {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		panic(err)
	}
	return v
}

// differ names the first place where two JSON values differ.
func differ(path string, a, b any) string {
	am, aok := a.(map[string]any)
	bm, bok := b.(map[string]any)
	if aok && bok {
		for k := range am {
			if _, ok := bm[k]; !ok {
				return fmt.Sprintf("%s.%s only left (%v)", path, k, am[k])
			}
			if d := differ(path+"."+k, am[k], bm[k]); d != "" {
				return d
			}
		}
		for k := range bm {
			if _, ok := am[k]; !ok {
				return fmt.Sprintf("%s.%s only right (%v)", path, k, bm[k])
			}
		}
		return ""
	}
	al, aok := a.([]any)
	bl, bok := b.([]any)
	if aok && bok && len(al) == len(bl) {
		for i := range al {
			if d := differ(fmt.Sprintf("%s[%d]", path, i), al[i], bl[i]); d != "" {
				return d
			}
		}
		return ""
	}
	if reflect.DeepEqual(a, b) {
		return ""
	}
	return fmt.Sprintf("%s: %v != %v", path, a, b)
}

func main() {
	s := Schema{}
	data, err := os.ReadFile("../../apiserver/src/main/resources/io/j8s/facts/schema.json")
	if err != nil {
		panic(err)
	}
	s = un[Schema](data)
	byGVK := map[string]string{}
	for name, t := range s {
		for _, g := range t.GVK {
			byGVK[g] = name
		}
	}
	key := func(apiVersion, kind string) string {
		if !strings.Contains(apiVersion, "/") {
			apiVersion = "/" + apiVersion
		}
		return byGVK[apiVersion+"/"+kind]
	}

	// 1. The compatibility data of the library modules: every kind with every field set.
	files, encOK, decOK, bad, unknown := 0, 0, 0, 0, []string{}
	for _, mod := range []string{"k8s.io/api", "k8s.io/apiextensions-apiserver", "k8s.io/metrics"} {
		dir, _ := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", mod).Output()
		for _, g := range []string{"testdata/HEAD/*.pb", "pkg/apis/testdata/HEAD/*.pb"} {
			list, _ := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), g))
			for _, f := range list {
				pb, _ := os.ReadFile(f)
				js, _ := os.ReadFile(strings.TrimSuffix(f, ".pb") + ".json")
				apiVersion, kind, msg := s.open(pb)
				name := key(apiVersion, kind)
				if name == "" {
					unknown = append(unknown, apiVersion+"/"+kind)
					continue
				}
				files++
				if got := s.seal(apiVersion, kind, s.message(name, js)); bytes.Equal(got, pb) {
					encOK++
				} else {
					bad++
					fmt.Println("ENCODE", filepath.Base(f), firstDiff(got, pb))
				}
				obj := s.parse(name, msg).(map[string]any)
				obj["apiVersion"], obj["kind"] = apiVersion, kind
				if d := differ("", obj, normal(js)); d == "" {
					decOK++
				} else {
					bad++
					fmt.Println("DECODE", filepath.Base(f), d)
				}
			}
		}
	}
	fmt.Printf("compatibility data: %d kinds, encoded byte-equal %d, decoded equal %d, not in schema.json %v\n", files, encOK, decOK, unknown)

	// 2. Sparse objects as users write them, against the Go types' own Marshal.
	_ = apiextv1.AddToScheme(scheme.Scheme)
	_ = apiregv1.AddToScheme(scheme.Scheme)
	samples, _ := os.ReadFile("verify/samples.jsonl")
	n, ok := 0, 0
	for _, l := range strings.Split(strings.TrimSpace(string(samples)), "\n") {
		n++
		head := un[struct{ APIVersion, Kind string }]([]byte(l))
		gv, _ := schema.ParseGroupVersion(head.APIVersion)
		obj, err := scheme.Scheme.New(gv.WithKind(head.Kind))
		if err != nil {
			panic(err)
		}
		if err := json.Unmarshal([]byte(l), obj); err != nil {
			panic(err)
		}
		want, err := obj.(interface{ Marshal() ([]byte, error) }).Marshal()
		if err != nil {
			panic(err)
		}
		name := key(head.APIVersion, head.Kind)
		got := s.message(name, []byte(l))
		back := s.parse(name, got).(map[string]any)
		back["apiVersion"], back["kind"] = head.APIVersion, head.Kind
		again, _ := scheme.Scheme.New(gv.WithKind(head.Kind)) // protobuf loses empty lists and maps: compare with Go's own way back
		if err := again.(interface{ Unmarshal([]byte) error }).Unmarshal(want); err != nil {
			panic(err)
		}
		again.GetObjectKind().SetGroupVersionKind(gv.WithKind(head.Kind))
		canon, _ := json.Marshal(again)
		d := differ("", back, normal(canon))
		if bytes.Equal(got, want) && d == "" {
			ok++
			fmt.Printf("pass %s %s: %d JSON bytes, %d protobuf bytes\n", head.APIVersion, head.Kind, len(l), len(got))
		} else {
			bad++
			fmt.Println("FAIL", head.APIVersion, head.Kind, firstDiff(got, want), d)
		}
	}
	fmt.Printf("sparse objects: %d of %d byte-equal both ways\n", ok, n)

	// 3. List and map semantics against client-go's merge schema.
	mt, mf, mm := s.checkMerge()
	fmt.Printf("merge schema: %d types, %d fields, %d differences\n", mt, mf, mm)
	if bad > 0 {
		os.Exit(1)
	}
}

func firstDiff(a, b []byte) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("at %d of %d/%d: %q, want %q", i, len(a), len(b), a[max(0, i-24):min(len(a), i+16)], b[max(0, i-24):min(len(b), i+16)])
		}
	}
	if len(a) == len(b) {
		return "equal"
	}
	return fmt.Sprintf("length %d, want %d", len(a), len(b))
}
