package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
)

// trust are the flags that say whom to believe over TLS.
type trust struct {
	ca       string
	insecure bool
}

func (t *trust) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&t.ca, "ca", "", "wss and tcps: `file` of certificates in PEM format to believe, in place of the system's")
	f.BoolVar(&t.insecure, "insecure", false, "wss and tcps: believe any certificate, and thus anybody between")
	c.MarkFlagsMutuallyExclusive("ca", "insecure")
}

// config is nil for the defaults. Its error is one of usage.
func (t *trust) config() (*tls.Config, error) {
	switch {
	case t.insecure:
		return &tls.Config{InsecureSkipVerify: true}, nil
	case t.ca == "":
		return nil, nil
	}
	text, err := os.ReadFile(t.ca)
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	if err != nil {
		return nil, fmt.Errorf("--ca %s: cannot be read: %w", t.ca, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("--ca %s: has no certificate in PEM format", t.ca)
	}
	return &tls.Config{RootCAs: pool}, nil
}
