// Command facts writes the tables a schema-driven Kubernetes API server needs, as compact JSON with
// one entry per line in a fixed order, so that a version bump reads as a small diff.
//
//	schema.json       types and fields: JSON name, type, protobuf number, merge and list semantics
//	resources.json    groups, versions, resources, subresources and their verbs
//	operations.json   every HTTP operation with its query parameters and content types
//	descriptions.json field texts for "kubectl explain" (build product, not meant to be committed)
//
// Sources are the published Go library modules named in go.mod, the output of the published
// openapi-gen tool over them (package openapi, see gen-openapi.sh), and two data files under in/:
// the list of operations of the same release and an OpenAPI v2 document.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	discoveryv2 "k8s.io/api/apidiscovery/v2"
	apiextv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextv1beta1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1" // what CRDs are stored as
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/kubernetes/scheme"
	apiregv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/validation/spec"
	custom "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
	external "k8s.io/metrics/pkg/apis/external_metrics/v1beta1"
	metrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"

	"facts/openapi"
)

// Field is one line of schema.json.  An inline field has no name: in JSON its members belong to the
// parent, in protobuf (if it has a number) it is a nested message.
type Field struct {
	Name      string   `json:"name,omitempty"`
	Type      string   `json:"type"`         // string int32 int64 bool double bytes any, a type name, []T, {}T (map by string)
	Go        string   `json:"go,omitempty"` // name of the Go type where it does not follow from Type
	Proto     int      `json:"proto,omitempty"`
	Wire      string   `json:"wire,omitempty"`
	Inline    bool     `json:"inline,omitempty"`
	Ptr       bool     `json:"ptr,omitempty"`       // pointer: absent in protobuf when nil; otherwise always written
	OmitEmpty bool     `json:"omitempty,omitempty"` // left out of JSON at its zero value
	OmitZero  bool     `json:"omitzero,omitempty"`
	Required  bool     `json:"required,omitempty"`
	Default   any      `json:"default,omitempty"` // only defaults other than the zero value
	Format    string   `json:"format,omitempty"`  // only where the type does not imply it
	Enum      []any    `json:"enum,omitempty"`
	Patch     string   `json:"patch,omitempty"`    // patchStrategy
	PatchKey  string   `json:"patchKey,omitempty"` // patchMergeKey
	List      string   `json:"list,omitempty"`     // atomic, set or map
	Keys      []string `json:"keys,omitempty"`     // keys of a map list
	Map       string   `json:"map,omitempty"`      // atomic or granular
}

// Type is one type of schema.json.  Codec names a JSON form that differs from the fields, which then
// describe the protobuf form only.
type Type struct {
	GVK    []string `json:"gvk,omitempty"`
	Codec  string   `json:"codec,omitempty"`
	Map    string   `json:"map,omitempty"`
	Fields []Field  `json:"-"`
}

// codecs lists the types with a custom JSON form.  Their protobuf fields are given here where the Go
// struct does not carry tags for them.
var codecs = map[string]Type{
	"io.k8s.apimachinery.pkg.api.resource.Quantity":   {Codec: "quantity", Fields: []Field{pf("string", "string", 1)}},
	"io.k8s.apimachinery.pkg.apis.meta.v1.Time":       {Codec: "time", Fields: []Field{pf("seconds", "int64", 1), pf("nanos", "int32", 2)}},
	"io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime":  {Codec: "microTime", Fields: []Field{pf("seconds", "int64", 1), pf("nanos", "int32", 2)}},
	"io.k8s.apimachinery.pkg.apis.meta.v1.Duration":   {Codec: "duration", Fields: []Field{pf("duration", "int64", 1)}},
	"io.k8s.apimachinery.pkg.util.intstr.IntOrString": {Codec: "intOrString", Fields: []Field{pf("type", "int64", 1), pf("intVal", "int32", 2), pf("strVal", "string", 3)}},
	"io.k8s.apimachinery.pkg.runtime.RawExtension":    {Codec: "raw", Fields: []Field{pf("raw", "bytes", 1)}},
	"io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1":   {Codec: "raw", Fields: []Field{pf("Raw", "bytes", 1)}},
	"io.k8s.apimachinery.pkg.runtime.Unknown":         {Codec: "envelope", Fields: []Field{pf("typeMeta", "io.k8s.apimachinery.pkg.runtime.TypeMeta", 1), pf("raw", "bytes", 2), pf("contentEncoding", "string", 3), pf("contentType", "string", 4)}},
	apiext + "JSON":                         {Codec: "raw", Fields: []Field{pf("raw", "bytes", 1)}},
	apiext + "JSONSchemaPropsOrBool":        {Codec: "schemaOrBool", Fields: []Field{pf("allows", "bool", 1), ptr(pf("schema", apiext+"JSONSchemaProps", 2))}},
	apiext + "JSONSchemaPropsOrArray":       {Codec: "schemaOrArray", Fields: []Field{ptr(pf("schema", apiext+"JSONSchemaProps", 1)), pf("jSONSchemas", "[]"+apiext+"JSONSchemaProps", 2)}},
	apiext + "JSONSchemaPropsOrStringArray": {Codec: "schemaOrStringArray", Fields: []Field{ptr(pf("schema", apiext+"JSONSchemaProps", 1)), pf("property", "[]string", 2)}},
}

const (
	apiext      = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1."
	apiextBeta1 = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1beta1."
)

func init() { // the same forms in both versions
	for name, t := range maps.Clone(codecs) {
		if rest, ok := strings.CutPrefix(name, apiext); ok {
			t.Fields = slices.Clone(t.Fields)
			for i := range t.Fields {
				t.Fields[i].Type = strings.Replace(t.Fields[i].Type, apiext, apiextBeta1, 1)
			}
			codecs[apiextBeta1+rest] = t
		}
	}
}

func pf(name, typ string, n int) Field {
	wire := "bytes"
	if strings.HasPrefix(typ, "int") || typ == "bool" {
		wire = "varint"
	}
	return Field{Name: name, Type: typ, Proto: n, Wire: wire}
}

func ptr(f Field) Field { f.Ptr = true; return f }

// Walker collects types by reflection, starting from the kinds of a scheme.
type Walker struct {
	types map[string]*Type
	names map[string]reflect.Type
	defs  map[string]common.OpenAPIDefinition
	gvks  map[reflect.Type][]string
	texts map[string]map[string]string // type -> field ("" for the type itself) -> description

	nTexts, nFields, zeroRuleMisses int
}

// modelName is the OpenAPI name of a Go type.
func modelName(t reflect.Type) string {
	if m, ok := reflect.New(t).Interface().(interface{ OpenAPIModelName() string }); ok {
		return m.OpenAPIModelName()
	}
	host, path, _ := strings.Cut(t.PkgPath(), "/")
	parts := strings.Split(host, ".")
	slices.Reverse(parts)
	return strings.Join(parts, ".") + "." + strings.ReplaceAll(path, "/", ".") + "." + t.Name()
}

// isMessage tells whether a type has its own protobuf encoding.
func isMessage(t reflect.Type) bool {
	_, ok := reflect.PointerTo(t).MethodByName("MarshalToSizedBuffer")
	return ok
}

// expr is the type expression of a Go type; struct types it meets are walked.
func (w *Walker) expr(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return w.expr(t.Elem())
	case reflect.String:
		return "string"
	case reflect.Bool, reflect.Int32, reflect.Int64:
		return t.Kind().String()
	case reflect.Int:
		return "int64"
	case reflect.Float64:
		return "double"
	case reflect.Interface:
		return "any"
	case reflect.Slice:
		switch {
		case t.Elem().Kind() == reflect.Uint8:
			return "bytes"
		case isMessage(t): // a list that is a message of its own, like ExtraValue
			name := modelName(t)
			w.types[name] = &Type{Codec: "items", Fields: []Field{{Name: "items", Type: "[]" + w.expr(t.Elem()), Proto: 1, Wire: "bytes"}}}
			return name
		}
		return "[]" + w.expr(t.Elem())
	case reflect.Map:
		if t.Key().Kind() != reflect.String {
			log.Fatalf("map key of %v", t)
		}
		return "{}" + w.expr(t.Elem())
	case reflect.Struct:
		return w.walk(t)
	}
	log.Fatalf("unexpected type %v", t)
	return ""
}

// walk adds a struct type and everything below it and returns its name.
func (w *Walker) walk(t reflect.Type) string {
	name := modelName(t)
	if _, done := w.types[name]; done {
		if w.names[name] != t {
			log.Fatalf("two types are called %s", name)
		}
		return name
	}
	def := w.defs[name].Schema
	out := &Type{GVK: w.gvks[t], Map: text(def.Extensions["x-kubernetes-map-type"])}
	w.types[name], w.names[name] = out, t
	w.describe(name, "", def.Description)
	if c, ok := codecs[name]; ok {
		out.Codec, out.Fields = c.Codec, c.Fields
		return name
	}
	if _, ok := reflect.New(t).Interface().(json.Unmarshaler); ok {
		log.Fatalf("%s has a custom JSON form without a codec", name)
	}
	for i := range t.NumField() {
		sf := t.Field(i)
		tag := strings.Split(sf.Tag.Get("json"), ",")
		if !sf.IsExported() || tag[0] == "-" {
			continue
		}
		f := Field{Name: tag[0], Inline: sf.Anonymous && tag[0] == "", Ptr: sf.Type.Kind() == reflect.Pointer,
			OmitEmpty: slices.Contains(tag[1:], "omitempty"), OmitZero: slices.Contains(tag[1:], "omitzero"),
			Patch: sf.Tag.Get("patchStrategy"), PatchKey: sf.Tag.Get("patchMergeKey")}
		if sf.Type == reflect.TypeFor[metav1.TypeMeta]() { // written as the two fields it consists of
			for _, n := range []string{"kind", "apiVersion"} {
				out.Fields = append(out.Fields, Field{Name: n, Type: "string", OmitEmpty: true})
				w.describe(name, n, def.Properties[n].Description)
			}
			continue
		}
		f.Type = w.expr(sf.Type)
		if g := strings.TrimLeft(sf.Type.String(), "*"); g != goName(f.Type) && !f.Inline {
			f.Go = g
		}
		if pb := strings.Split(sf.Tag.Get("protobuf"), ","); len(pb) > 1 {
			f.Wire = pb[0]
			f.Proto, _ = strconv.Atoi(pb[1])
		}
		if !f.Inline {
			w.facts(name, &f, def)
		}
		out.Fields = append(out.Fields, f)
	}
	return name
}

// goName is the name that a type expression has in Go's decoding errors.
func goName(expr string) string {
	switch {
	case strings.HasPrefix(expr, "[]"):
		return "[]" + goName(expr[2:])
	case strings.HasPrefix(expr, "{}"):
		return "map[string]" + goName(expr[2:])
	}
	switch expr {
	case "bytes":
		return "[]uint8"
	case "double":
		return "float64"
	case "any":
		return "interface {}"
	}
	parts := strings.Split(expr, ".")
	return strings.Join(parts[max(0, len(parts)-2):], ".")
}

// facts adds to a field what the OpenAPI definition of its type says of it.
func (w *Walker) facts(typ string, f *Field, def spec.Schema) {
	p, ok := def.Properties[f.Name]
	if !ok {
		if len(def.Type) > 0 {
			log.Printf("no OpenAPI property for %s.%s", typ, f.Name)
		}
		return
	}
	w.describe(typ, f.Name, p.Description)
	f.Required = slices.Contains(def.Required, f.Name)
	f.Enum = p.Enum
	f.List = text(p.Extensions["x-kubernetes-list-type"])
	f.Map = text(p.Extensions["x-kubernetes-map-type"])
	for _, k := range list(p.Extensions["x-kubernetes-list-map-keys"]) {
		f.Keys = append(f.Keys, k.(string))
	}
	implied := map[string]string{"int32": "int32", "int64": "int64", "double": "double", "bytes": "byte"}[f.Type]
	if p.Format != implied {
		f.Format = p.Format
	}
	if p.Default != nil {
		j, _ := json.Marshal(p.Default)
		switch s := string(j); s {
		case `""`, "0", "false", "{}":
		default:
			f.Default = p.Default
		}
	}
	// OpenAPI also gives zero defaults.  They follow from the type, so check the rule instead of storing them.
	scalar := slices.Contains([]string{"string", "bool", "int32", "int64", "double"}, f.Type)
	t := w.types[f.Type]
	plain, stamp := t != nil && t.Codec == "", t != nil && strings.HasSuffix(strings.ToLower(t.Codec), "time")
	zero := !f.Ptr && (plain || (scalar || stamp) && !f.OmitEmpty)
	if zero != (p.Default != nil) && f.Default == nil {
		w.zeroRuleMisses++
	}
}

func (w *Walker) describe(typ, field, d string) {
	if d = strings.TrimSpace(d); d == "" {
		return
	}
	if w.texts[typ] == nil {
		w.texts[typ] = map[string]string{}
	}
	w.texts[typ][field] = d
	w.nTexts++
}

func (w *Walker) writeSchema(path string) {
	var b bytes.Buffer
	b.WriteString("{\n")
	for i, name := range slices.Sorted(maps.Keys(w.types)) {
		t := w.types[name]
		head := strings.TrimSuffix(line(t), "}")
		if head != "{" {
			head += ","
		}
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, "%q:%s\"fields\":[", name, head)
		for j, f := range t.Fields {
			if j > 0 {
				b.WriteByte(',')
			}
			b.WriteString("\n " + line(f))
			w.nFields++
		}
		b.WriteString("]}")
	}
	b.WriteString("\n}\n")
	must(os.WriteFile(path, b.Bytes(), 0o644))
}

// line is a value as one line of JSON, without HTML escapes.
func line(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	must(e.Encode(v))
	return strings.TrimSpace(b.String())
}

func text(v any) string { s, _ := v.(string); return s }

func list(v any) []any { l, _ := v.([]any); return l }

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	log.SetFlags(0)
	in := flag.String("in", "in", "folder of the data files")
	out := flag.String("out", ".", "folder for the tables")
	flag.Parse()

	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{scheme.AddToScheme, apiextv1.AddToScheme, apiextv1beta1.AddToScheme, apiregv1.AddToScheme,
		metrics.AddToScheme, custom.AddToScheme, external.AddToScheme, admissionv1.AddToScheme, discoveryv2.AddToScheme} {
		must(add(s))
	}
	metav1.AddToGroupVersion(s, schema.GroupVersion{Version: "v1"})

	w := &Walker{types: map[string]*Type{}, names: map[string]reflect.Type{}, gvks: map[reflect.Type][]string{},
		texts: map[string]map[string]string{}}
	w.defs = openapi.GetOpenAPIDefinitions(func(name string) spec.Ref { return spec.MustCreateRef("#/definitions/" + name) })
	roots := []reflect.Type{reflect.TypeFor[version.Info](), reflect.TypeFor[runtime.Unknown](), reflect.TypeFor[runtime.TypeMeta](), reflect.TypeFor[metav1.APIGroup](),
		reflect.TypeFor[metav1.APIGroupList](), reflect.TypeFor[metav1.APIResourceList](), reflect.TypeFor[metav1.APIVersions](),
		reflect.TypeFor[metav1.Table](), reflect.TypeFor[metav1.PartialObjectMetadataList]()}
	for gvk, t := range s.AllKnownTypes() {
		shared := strings.HasSuffix(t.PkgPath(), "/meta/v1") // option types, registered in every group
		if gvk.Version == runtime.APIVersionInternal || shared && gvk.GroupVersion() != (schema.GroupVersion{Version: "v1"}) || t.Name() == "InternalEvent" {
			continue
		}
		w.gvks[t] = append(w.gvks[t], gvk.Group+"/"+gvk.Version+"/"+gvk.Kind)
		roots = append(roots, t)
	}
	for _, g := range w.gvks {
		slices.Sort(g)
	}
	for _, t := range roots {
		w.walk(t)
	}
	w.writeSchema(filepath.Join(*out, "schema.json"))
	must(os.WriteFile(filepath.Join(*out, "descriptions.json"), []byte(strings.ReplaceAll(line(w.texts), "},\"", "},\n\"")+"\n"), 0o644))
	fmt.Printf("schema: %d types, %d fields, %d descriptions; zero-default rule misses %d\n", len(w.types), w.nFields, w.nTexts, w.zeroRuleMisses)
	writeAPI(*in, *out, s)
}
