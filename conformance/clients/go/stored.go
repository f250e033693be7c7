package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/kubernetes/scheme"
)

// stored reads lines `KEY BASE64` of an etcd: each value is decoded by upstream's codec and must be, to the byte, what that
// codec would have written. Prints `KEY apiVersion kind namespace/name`.
func stored([]string) error {
	codec := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		key, text, _ := strings.Cut(lines.Text(), " ")
		value, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		object, kind, err := codec.Decode(value, nil, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		var again bytes.Buffer
		if err := codec.Encode(object, &again); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if !bytes.Equal(again.Bytes(), value) {
			return fmt.Errorf("%s: Go would have written\n%x\nnot\n%x", key, again.Bytes(), value)
		}
		about, err := meta.Accessor(object)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if about.GetResourceVersion() != "" {
			return fmt.Errorf("%s: the resourceVersion is stored", key)
		}
		fmt.Println(key, kind.GroupVersion(), kind.Kind, about.GetNamespace()+"/"+about.GetName())
	}
	return lines.Err()
}

// encode reads lines `KEY JSON` and prints `KEY BASE64`, the values as upstream would store them.
func encode([]string) error {
	codec := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		key, text, _ := strings.Cut(lines.Text(), " ")
		object, kind, err := scheme.Codecs.UniversalDeserializer().Decode([]byte(text), nil, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		object.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind(*kind))
		var out bytes.Buffer
		if err := codec.Encode(object, &out); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		fmt.Println(key, base64.StdEncoding.EncodeToString(out.Bytes()))
	}
	return lines.Err()
}
