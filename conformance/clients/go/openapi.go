package main

import (
	"encoding/json"
	"reflect"

	openapiv3 "github.com/google/gnostic-models/openapiv3"
	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/proto"
	"k8s.io/client-go/openapi"
)

const protobufV3 = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf"

// described3 reads every OpenAPI v3 document in both forms: they must say the same.
func described3(paths map[string]openapi.GroupVersion) {
	require(len(paths) > 30, "%d documents of OpenAPI v3", len(paths))
	for path, document := range paths {
		binary, err := document.Schema(protobufV3)
		must(err)
		var read openapiv3.Document
		must(proto.Unmarshal(binary, &read))
		text, err := document.Schema("application/json")
		must(err)
		require(json.Valid(text), "%s is no JSON", path)
		expected, err := openapiv3.ParseDocument(text)
		must(err)
		require(reflect.DeepEqual(plain(expected), plain(&read)), "%s: the protobuf is not what the JSON says", path)
	}
}

// plain leaves out how extensions are written down.
func plain(document *openapiv3.Document) any {
	text, err := document.YAMLValue("")
	must(err)
	var out any
	must(yaml.Unmarshal(text, &out))
	return out
}
