// Package report writes what a run found: [Text] for people, [JSON] and [CSV] for
// machines, [HTML] as one page with plots that needs nothing from elsewhere.
//
// The names and the order of what machines read are stable: new ones are added
// at the end.
//
//	err := report.Text(os.Stdout, result)
package report
