package main

import (
	"context"
	"encoding/json"
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	jsonserializer "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// Kind is what the registry of a kind is made of.
type Kind struct {
	Resource     string
	Strategy     Strategy
	Subresources map[string]rest.RESTUpdateStrategy
}

// Strategy is a strategy for create and update.
type Strategy interface {
	rest.RESTCreateStrategy
	rest.RESTUpdateStrategy
}

// kinds is filled by one file for each API group; the key has the group and the kind.
var kinds = map[schema.GroupKind]Kind{}

func register(group, kind, resource string, strategy Strategy, subresources map[string]rest.RESTUpdateStrategy) {
	kinds[schema.GroupKind{Group: group, Kind: kind}] = Kind{resource, strategy, subresources}
}

func status(strategy rest.RESTUpdateStrategy) map[string]rest.RESTUpdateStrategy {
	return map[string]rest.RESTUpdateStrategy{"status": strategy}
}

// validators are the subresources that judge a body of another kind; the key is that kind.
var validators = map[schema.GroupKind]func(runtime.Object) field.ErrorList{}

type recorder struct{ texts []string }

func (r *recorder) AddWarning(agent, text string) { r.texts = append(r.texts, text) }

var plain = jsonserializer.NewSerializerWithOptions(
	jsonserializer.DefaultMetaFactory, legacyscheme.Scheme, legacyscheme.Scheme, jsonserializer.SerializerOptions{})

func decode(raw []byte) (runtime.Object, *schema.GroupVersionKind, error) {
	// what a strict client's mistakes are is not the strategies' business
	return legacyscheme.Codecs.UniversalDecoder().Decode(raw, nil, nil)
}

func encode(object runtime.Object, version schema.GroupVersion) json.RawMessage {
	raw, err := runtime.Encode(legacyscheme.Codecs.EncoderForVersion(plain, version), object)
	if err != nil {
		panic(err)
	}
	return raw
}

func judge(c Case) Verdict {
	object, gvk, err := decode(c.Object)
	if err != nil {
		return refused(err)
	}
	if rules, ok := validators[gvk.GroupKind()]; ok && c.Op == "create" {
		m, _ := meta.Accessor(object)
		if errs := rules(object); len(errs) > 0 {
			return refused(apierrors.NewInvalid(gvk.GroupKind(), m.GetName(), errs))
		}
		return Verdict{Code: 200, Object: encode(object, gvk.GroupVersion())}
	}
	kind, ok := kinds[gvk.GroupKind()]
	if !ok {
		panic("no strategy for " + gvk.String())
	}
	m, _ := meta.Accessor(object)
	heard := &recorder{}
	ctx := request(kind, *gvk, m, c.Op, heard)
	if c.Op == "create" {
		m.SetUID("uid") // else the registry refuses to go on
		m.SetCreationTimestamp(metav1.Unix(0, 0))
		err = rest.BeforeCreate(kind.Strategy, ctx, object)
		m.SetUID("")
		m.SetCreationTimestamp(metav1.Time{})
	} else {
		old, _, oldErr := decode(c.Old)
		if oldErr != nil {
			return refused(oldErr)
		}
		strategy := rest.RESTUpdateStrategy(kind.Strategy)
		if c.Op != "update" {
			if strategy, ok = kind.Subresources[c.Op]; !ok {
				panic("no " + c.Op + " of " + gvk.String())
			}
		}
		oldMeta, _ := meta.Accessor(old)
		for _, each := range []metav1.Object{m, oldMeta} {
			if each.GetResourceVersion() == "" {
				each.SetResourceVersion("1")
			}
		}
		err = rest.BeforeUpdate(strategy, ctx, object, old)
		m.SetResourceVersion("")
	}
	if err != nil {
		verdict := refused(err)
		return verdict
	}
	return Verdict{Code: 200, Warnings: heard.texts, Object: encode(stored(object, *gvk), gvk.GroupVersion())}
}

// stored is the object as it comes back from the store, where reading sets defaults.
func stored(object runtime.Object, gvk schema.GroupVersionKind) runtime.Object {
	read, _, err := decode(encode(object, gvk.GroupVersion()))
	if err != nil {
		panic(err)
	}
	return read
}

func request(kind Kind, gvk schema.GroupVersionKind, m metav1.Object, op string, heard *recorder) context.Context {
	info := &genericapirequest.RequestInfo{
		IsResourceRequest: true, Verb: "update", APIGroup: gvk.Group, APIVersion: gvk.Version,
		Resource: kind.Resource, Namespace: m.GetNamespace(), Name: m.GetName(),
	}
	switch op {
	case "create":
		info.Verb = "create"
	case "update":
	default:
		info.Subresource = op
	}
	ctx := genericapirequest.WithRequestInfo(context.Background(), info)
	namespace := m.GetNamespace()
	if !kind.Strategy.NamespaceScoped() {
		namespace = ""
	}
	ctx = genericapirequest.WithNamespace(ctx, namespace)
	return warning.WithWarningRecorder(ctx, heard)
}

func refused(err error) Verdict {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return Verdict{Code: 400, Message: err.Error()}
	}
	s := status.Status()
	verdict := Verdict{Code: s.Code, Message: s.Message}
	if s.Details != nil {
		for _, cause := range s.Details.Causes {
			verdict.Causes = append(verdict.Causes, Cause{string(cause.Type), cause.Field, cause.Message})
		}
	}
	return verdict
}

func defaulted(c Case) Verdict {
	object, gvk, err := decode(c.Object)
	if err != nil {
		return refused(err)
	}
	return Verdict{Code: 200, Object: encode(object, gvk.GroupVersion())}
}
