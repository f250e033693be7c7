// Command golden writes what upstream's own codecs make of many small bodies, for the unit tests of
// the API server's schema package: one JSON line per case.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	apiextv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextv1beta1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1beta1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"
)

// Case is one line: the body and what upstream makes of it.
type Case struct {
	Kind   string   `json:"kind"` // group/version/kind that is expected
	Body   string   `json:"body"`
	YAML   bool     `json:"yaml,omitempty"`
	Error  string   `json:"error,omitempty"`
	Strict []string `json:"strict,omitempty"`
	JSON   string   `json:"json,omitempty"`
	Proto  []byte   `json:"proto,omitempty"`
	Out    string   `json:"out,omitempty"` // YAML
}

func main() {
	if err := apiextv1.AddToScheme(scheme.Scheme); err != nil {
		panic(err)
	}
	if err := apiextv1beta1.AddToScheme(scheme.Scheme); err != nil {
		panic(err)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		line := in.Text()
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		kind, body, _ := strings.Cut(line, "\t")
		c := Case{Kind: strings.TrimPrefix(kind, "yaml:"), Body: body, YAML: strings.HasPrefix(kind, "yaml:")}
		if strings.HasPrefix(body, "\"") && (c.YAML || strings.HasPrefix(kind, "text:")) { // quoted: has line feeds or odd bytes
			c.Kind = strings.TrimPrefix(c.Kind, "text:")
			if err := json.Unmarshal([]byte(body), &c.Body); err != nil {
				panic(body + err.Error())
			}
		}
		c.run()
		if err := out.Encode(c); err != nil {
			panic(err)
		}
	}
}

func (c *Case) run() {
	parts := strings.Split(c.Kind, "/")
	gvk := schema.GroupVersionKind{Group: parts[0], Version: parts[1], Kind: parts[2]}
	s := kjson.NewSerializerWithOptions(kjson.DefaultMetaFactory, scheme.Scheme, scheme.Scheme,
		kjson.SerializerOptions{Strict: true, Yaml: c.YAML})
	obj, _, err := s.Decode([]byte(c.Body), &gvk, nil)
	if strict, ok := runtime.AsStrictDecodingError(err); ok {
		for _, e := range strict.Errors() {
			c.Strict = append(c.Strict, e.Error())
		}
	} else if err != nil {
		c.Error = err.Error()
		return
	}
	obj.GetObjectKind().SetGroupVersionKind(gvk)
	var b bytes.Buffer
	if err := kjson.NewSerializerWithOptions(kjson.DefaultMetaFactory, nil, nil, kjson.SerializerOptions{}).Encode(obj, &b); err != nil {
		c.Error = fmt.Sprint("encode: ", err)
		return
	}
	c.JSON = strings.TrimSuffix(b.String(), "\n")
	if y, err := yaml.JSONToYAML([]byte(c.JSON)); err == nil {
		c.Out = string(y)
	}
	b.Reset()
	if err := protobuf.NewSerializer(nil, nil).Encode(obj, &b); err == nil {
		c.Proto = b.Bytes()
	}
}
