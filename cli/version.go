package cli

import "runtime/debug"

// version is the module's version as the go command recorded it: a release's, or
// one that names the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "(built from source)"
	}
	return info.Main.Version
}
