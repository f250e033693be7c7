// internals writes the table of the JSON that Go makes of upstream's internal types: validation
// messages show values and differences in that form. See ../README.md.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/admissionregistration/install"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/authentication/install"
	_ "k8s.io/kubernetes/pkg/apis/authorization/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/certificates/install"
	_ "k8s.io/kubernetes/pkg/apis/coordination/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/discovery/install"
	_ "k8s.io/kubernetes/pkg/apis/flowcontrol/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/node/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	_ "k8s.io/kubernetes/pkg/apis/resource/install"
	_ "k8s.io/kubernetes/pkg/apis/scheduling/install"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"
)

type field struct {
	key       string // in Go's JSON of the internal type
	omitEmpty bool
	omitZero  bool
	goName    string
	typ       reflect.Type
}

var table = map[string][]string{}

func main() {
	for _, v := range []schema.GroupVersion{
		{Version: "v1"}, {Group: "apps", Version: "v1"}, {Group: "batch", Version: "v1"}, {Group: "autoscaling", Version: "v2"},
		{Group: "policy", Version: "v1"}, {Group: "discovery.k8s.io", Version: "v1"}, {Group: "networking.k8s.io", Version: "v1"}, {Group: "storage.k8s.io", Version: "v1"},
		{Group: "admissionregistration.k8s.io", Version: "v1"}, {Group: "authentication.k8s.io", Version: "v1"}, {Group: "authorization.k8s.io", Version: "v1"},
		{Group: "certificates.k8s.io", Version: "v1"}, {Group: "coordination.k8s.io", Version: "v1"}, {Group: "flowcontrol.apiserver.k8s.io", Version: "v1"},
		{Group: "node.k8s.io", Version: "v1"}, {Group: "rbac.authorization.k8s.io", Version: "v1"}, {Group: "resource.k8s.io", Version: "v1"}, {Group: "scheduling.k8s.io", Version: "v1"},
	} {
		for kind, versioned := range legacyscheme.Scheme.KnownTypes(v) {
			internal, err := legacyscheme.Scheme.New(schema.GroupVersionKind{Group: v.Group, Version: runtime.APIVersionInternal, Kind: kind})
			if err != nil || strings.HasSuffix(kind, "List") || strings.HasSuffix(kind, "Options") || kind == "WatchEvent" {
				continue
			}
			pair(reflect.TypeOf(internal).Elem(), versioned)
		}
	}
	names := make([]string, 0, len(table))
	for name := range table {
		names = append(names, name)
	}
	sort.Strings(names)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, name := range names {
		line, _ := json.Marshal(table[name])
		fmt.Fprintf(out, "%s\t%s\n", name, strings.ReplaceAll(strings.Trim(string(line), `[]"`), `","`, " "))
	}
}

func schemaName(t reflect.Type) string {
	path := strings.TrimPrefix(t.PkgPath(), "k8s.io/")
	return "io.k8s." + strings.ReplaceAll(path, "/", ".") + "." + t.Name()
}

func flat(t reflect.Type) []field {
	var out []field
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		parts := strings.Split(f.Tag.Get("json"), ",")
		if f.Anonymous && parts[0] == "" && f.Type.Kind() == reflect.Struct {
			switch f.Type.Name() {
			case "TypeMeta": // is empty in internal objects
			case "ObjectMeta": // inlined in internal objects, a field in versioned ones
				out = append(out, field{"*", false, false, f.Name, f.Type})
			default:
				out = append(out, flat(f.Type)...)
			}
			continue
		}
		key := parts[0]
		if key == "" {
			key = f.Name
		}
		empty, zero := false, false
		for _, p := range parts[1:] {
			empty = empty || p == "omitempty"
			zero = zero || p == "omitzero"
		}
		out = append(out, field{key, empty || zero, zero, f.Name, f.Type})
	}
	return out
}

func pair(internal, versioned reflect.Type) {
	name := schemaName(versioned)
	if _, done := table[name]; done || internal.Name() == "Time" || internal.Name() == "MicroTime" || internal.Name() == "Quantity" || internal.Name() == "IntOrString" {
		return
	}
	table[name] = nil
	fields := flat(versioned)
	var lines []string
	for _, f := range flat(internal) {
		var match *field
		for i := range fields {
			if fields[i].goName == f.goName {
				match = &fields[i]
			}
		}
		if match == nil {
			for i := range fields {
				if strings.EqualFold(fields[i].goName, f.goName) || strings.EqualFold(fields[i].key, f.goName) {
					match = &fields[i]
				}
			}
		}
		from := "-"
		if match != nil {
			from = match.key
			walk(f.typ, match.typ)
		} else {
			fmt.Fprintln(os.Stderr, "no", f.goName, "in", name)
		}
		zero := zeroOf(f.typ)
		if zero == "{" && match != nil && match.typ.Kind() == reflect.Struct {
			zero = "{" + schemaName(match.typ)
		}
		if f.omitEmpty {
			zero = "?"
			if f.typ.Kind() == reflect.Struct && !f.omitZero { // an empty struct is not empty to Go
				zero = zeroOf(f.typ)
				if zero == "{" && match != nil {
					zero = "{" + schemaName(match.typ)
				}
			}
		}
		lines = append(lines, f.key+"="+from+"="+zero)
	}
	table[name] = lines
}

func walk(internal, versioned reflect.Type) {
	for internal.Kind() == reflect.Ptr || internal.Kind() == reflect.Slice || internal.Kind() == reflect.Map {
		if versioned.Kind() != internal.Kind() {
			if versioned.Kind() == reflect.Ptr {
				versioned = versioned.Elem()
				continue
			}
			if internal.Kind() == reflect.Ptr {
				internal = internal.Elem()
				continue
			}
			return
		}
		internal, versioned = internal.Elem(), versioned.Elem()
	}
	if versioned.Kind() == reflect.Ptr {
		versioned = versioned.Elem()
	}
	if internal.Kind() == reflect.Struct && versioned.Kind() == reflect.Struct {
		pair(internal, versioned)
	}
}

func zeroOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return `''`
	case reflect.Bool:
		return "false"
	case reflect.Ptr, reflect.Slice, reflect.Map, reflect.Interface:
		return "null"
	case reflect.Struct:
		zero, err := json.Marshal(reflect.Zero(t).Interface())
		if err != nil || strings.HasPrefix(string(zero), "{") {
			return "{"
		}
		return strings.ReplaceAll(string(zero), `"`, "'")
	default:
		return "0"
	}
}
