// judge says what upstream's own strategies make of objects: one JSON case a line in, one verdict a
// line out. See ../README.md.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/capabilities"
)

// Case is one question. Op is create, update, table, default, or the name of a subresource that
// updates the object (status, resize, ephemeralcontainers, finalize, approval) or has rules of its
// own (binding, scale).
type Case struct {
	ID     string          `json:"id,omitempty"`
	Op     string          `json:"op"`
	Old    json.RawMessage `json:"old,omitempty"`
	Object json.RawMessage `json:"object"`
	Want   *Verdict        `json:"want,omitempty"`
}

// Verdict is the answer. Object is there when the write is let through.
type Verdict struct {
	ID       string          `json:"id,omitempty"`
	Code     int32           `json:"code"`
	Message  string          `json:"message,omitempty"`
	Causes   []Cause         `json:"causes,omitempty"`
	Warnings []string        `json:"warnings,omitempty"`
	Object   json.RawMessage `json:"object,omitempty"`
	Columns  []Column        `json:"columns,omitempty"`
	Rows     [][]any         `json:"rows,omitempty"`
}

// Cause is a cause of a Status.
type Cause struct {
	Reason  string `json:"reason"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Column is a column of a Table.
type Column struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Format   string `json:"format,omitempty"`
	Priority int32  `json:"priority,omitempty"`
}

func main() {
	golden := flag.Bool("golden", false, "print each case with its verdict as `want`")
	flag.Parse()
	klog.SetOutput(os.Stderr)
	capabilities.Setup(true, 0) // as every installer sets --allow-privileged
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 64<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for in.Scan() {
		if len(in.Bytes()) == 0 {
			continue
		}
		var c Case
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			panic(err)
		}
		verdict := answer(c)
		var line any = verdict
		if *golden {
			verdict.ID = ""
			c.Want = &verdict
			line = c
		}
		if err := encoder.Encode(line); err != nil {
			panic(err)
		}
	}
	if err := in.Err(); err != nil {
		panic(err)
	}
}

func answer(c Case) (verdict Verdict) {
	defer func() {
		if bug := recover(); bug != nil {
			verdict = Verdict{Code: 500, Message: fmt.Sprint("panic: ", bug)}
		}
		verdict.ID = c.ID
	}()
	switch c.Op {
	case "table":
		return table(c)
	case "default":
		return defaulted(c)
	default:
		return judge(c)
	}
}
