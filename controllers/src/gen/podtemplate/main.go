// Prints how Go declares a pod template (types) or hashes given templates as upstream does (hash FILE...).
// go run . types > ../../main/resources/io/j8s/controllers/workload/pod-template-types.tsv
package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"reflect"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/dump"
	"k8s.io/apimachinery/pkg/util/rand"
)

var seen = map[reflect.Type]bool{}
var lines = map[string][]string{}

func walk(t reflect.Type) {
	for t.Kind() == reflect.Ptr || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || seen[t] {
		return
	}
	seen[t] = true
	var out []string
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		name := strings.Split(tag, ",")[0]
		inline := strings.Contains(tag, "inline")
		if inline || (name == "" && f.Anonymous) {
			name = "-"
		}
		out = append(out, fmt.Sprintf("%s\t%s\t%s\t%s\t%s", t.String(), f.Name, name, f.Type.String(), kind(f.Type)))
		if t.String() != "v1.Time" && t.String() != "resource.Quantity" {
			walk(f.Type)
		}
	}
	lines[t.String()] = out
}
func kind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Ptr:
		return "*" + kind(t.Elem())
	case reflect.Slice:
		return "[]" + kind(t.Elem())
	case reflect.Map:
		return "map " + t.Key().String() + " " + kind(t.Elem())
	}
	return t.Kind().String()
}

func main() {
	if os.Args[1] == "types" {
		walk(reflect.TypeOf(corev1.PodTemplateSpec{}))
		var keys []string
		for k := range lines {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			for _, l := range lines[k] {
				fmt.Println(l)
			}
		}
		return
	}
	for _, p := range os.Args[2:] {
		raw, err := os.ReadFile(p)
		if err != nil {
			panic(err)
		}
		var t corev1.PodTemplateSpec
		if err := json.Unmarshal(raw, &t); err != nil {
			panic(err)
		}
		d := dump.ForHash(&t)
		h := fnv.New32a()
		fmt.Fprintf(h, "%v", dump.ForHash(t))
		fmt.Printf("%s\t%s\t%d\n", p, rand.SafeEncodeString(fmt.Sprint(h.Sum32())), len(d))
		os.WriteFile(p+".dump", []byte(dump.ForHash(t)), 0644)
	}
}
