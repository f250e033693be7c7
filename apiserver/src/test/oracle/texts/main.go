package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/validation"
	"os"
	"strings"
	"time"
)

func main() {
	sc := bufio.NewScanner(os.Stdin)
	for sc.Scan() {
		line := sc.Text()
		kind, in, _ := strings.Cut(line, "\t")
		var s string
		json.Unmarshal([]byte(in), &s)
		var out any
		switch kind {
		case "quantity":
			var q resource.Quantity
			if err := q.UnmarshalJSON([]byte(in)); err != nil {
				out = "error: " + err.Error()
			} else {
				b, _ := q.MarshalJSON()
				c := q.DeepCopy()
				c.Add(resource.MustParse("0"))
				canon, suf := q.CanonicalizeBytes(make([]byte, 0, 64))
				out = fmt.Sprintf("%s %s%s %s v=%d m=%d f=%v sign=%d", string(b), canon, suf, q.String(), q.Value(), q.MilliValue(), q.AsApproximateFloat64(), q.Sign())
			}
		case "label":
			sel, err := labels.Parse(s)
			if err != nil {
				out = "error: " + err.Error()
			} else {
				out = sel.String()
			}
		case "field":
			sel, err := fields.ParseSelector(s)
			if err != nil {
				out = "error: " + err.Error()
			} else {
				out = sel.String()
			}
		case "subdomain":
			out = validation.IsDNS1123Subdomain(s)
		case "label1123":
			out = validation.IsDNS1123Label(s)
		case "label1035":
			out = validation.IsDNS1035Label(s)
		case "wildcard":
			out = validation.IsWildcardDNS1123Subdomain(s)
		case "qualified":
			out = validation.IsQualifiedName(s)
		case "labelvalue":
			out = validation.IsValidLabelValue(s)
		case "cident":
			out = validation.IsCIdentifier(s)
		case "env":
			out = validation.IsEnvVarName(s)
		case "envrelaxed":
			out = validation.IsRelaxedEnvVarName(s)
		case "portname":
			out = validation.IsValidPortName(s)
		case "configkey":
			out = validation.IsConfigMapKey(s)
		case "header":
			out = validation.IsHTTPHeaderName(s)
		case "percent":
			out = validation.IsValidPercent(s)
		case "relaxedsubdomain":
			out = validation.IsDNS1123SubdomainWithUnderscore(s)
		case "duration":
			d, err := time.ParseDuration(s)
			if err != nil {
				out = "error: " + err.Error()
			} else {
				out = d.String()
			}
		}
		j := &strings.Builder{}
		e := json.NewEncoder(j)
		e.SetEscapeHTML(false)
		e.Encode(out)
		fmt.Printf("%s\t%s\t%s\n", kind, in, strings.TrimSpace(j.String()))
	}
}
