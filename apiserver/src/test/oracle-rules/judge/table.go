package main

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/pkg/printers"
	printersinternal "k8s.io/kubernetes/pkg/printers/internalversion"
	printerstorage "k8s.io/kubernetes/pkg/printers/storage"
)

var convertor = printerstorage.TableConvertor{
	TableGenerator: printers.NewTableGenerator().With(printersinternal.AddHandlers),
}

// table prints the rows that the API server answers with; ages depend on the clock.
func table(c Case) Verdict {
	object, _, err := decode(c.Object)
	if err != nil {
		return refused(err)
	}
	made, err := convertor.ConvertToTable(context.Background(), object, &metav1.TableOptions{})
	if err != nil {
		return refused(err)
	}
	verdict := Verdict{Code: 200}
	for _, column := range made.ColumnDefinitions {
		verdict.Columns = append(verdict.Columns, Column{column.Name, column.Type, column.Format, column.Priority})
	}
	for _, row := range made.Rows {
		verdict.Rows = append(verdict.Rows, row.Cells)
	}
	return verdict
}
