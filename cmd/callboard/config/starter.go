package config

import _ "embed" // the starter file

// Starter is a file to start from. It says the same as no file does.
//
//go:embed starter.yaml
var Starter []byte
