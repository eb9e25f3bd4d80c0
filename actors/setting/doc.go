// Package setting says what the values of a configuration may be. A field of a
// configuration's struct carries its key and its bounds as tags, and everybody
// reads them there: the file's loader, the check of what an embedder has filled
// in, and the test that holds the documentation complete.
//
//	MaxMessage int           `yaml:"max_message" unit:"bytes" range:"4KiB..16MiB"`
//	PongWait   time.Duration `yaml:"pong_wait" range:"1ms..1h"`
//	URIMode    wamp.URIMode  `yaml:"uri_mode" values:"loose, strict"`
//
// Start with [Fields] and [Field.Parse]; [Check] and [Fill] are for whole
// structs. The package has no state. Like the compiler it trusts the tags: one
// that is wrong is our own mistake, and panics.
package setting
