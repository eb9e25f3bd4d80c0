// Package config reads the configuration file of the program: YAML, so JSON too.
//
// Start with [File], what stands in it, and [Load]. The file is laid over
// [Default]: what it leaves out stays as it is without a file. Everything that is
// wrong with it is found in one go: a [Mistake] says where and, for a key that is
// not known, which one was probably meant. [Keys] lists all keys, for the
// documentation.
//
// What the values may be stand as tags on the structs (actors/setting); realms,
// limits and policies are the very types that embedders fill in as
// actors.Config, and are judged by actors.Config.Mistakes. The package opens no
// socket and logs nothing; a File belongs to its caller.
//
//	file, err := config.Load("callboard.yaml", config.Options{})
//	var wrong config.Mistakes
//	if errors.As(err, &wrong) { … } // else the file could not be read
//	router, err := actors.NewRouter(system, file.Router())
package config
