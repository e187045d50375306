package sketchdir

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"espost/codegen"
)

// manifestFile lists what espost wrote into a folder, so that it can tell its
// own files from those that were there before and from those that were edited
// since. It is as sha256sum writes it: a digest, two spaces, a name. A name may
// stand twice while a folder is being written (see Write). Secrets are
// not listed: a digest would let anyone who reads the manifest try passwords.
const manifestFile = ".espost"

const manifestHead = "# Written by espost: SHA-256 of each file as it was generated.\n"

// Generated reports whether espost wrote a sketch into the folder.
func Generated(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, manifestFile))
	return err == nil
}

// A manifest maps names to the digests that espost wrote under that name.
type manifest map[string][]string

func parseManifest(data []byte) manifest {
	m := make(manifest)
	for line := range strings.Lines(string(data)) {
		digest, name, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "  ")
		if ok && len(digest) == hex.EncodedLen(sha256.Size) && plainName(name) {
			m.add(name, digest)
		}
	}
	return m
}

func (m manifest) add(name, digest string) { m[name] = append(m[name], digest) }

// with returns m with the names of other taken from there.
func (m manifest) with(other manifest) manifest {
	all := maps.Clone(m)
	maps.Copy(all, other)
	return all
}

// wrote reports whether espost wrote a file of that name and digest.
func (m manifest) wrote(name, digest string) bool { return slices.Contains(m[name], digest) }

func (m manifest) bytes() []byte {
	var lines []string
	for name, digests := range m {
		for _, digest := range digests {
			lines = append(lines, digest+"  "+name+"\n")
		}
	}
	sort.Slice(lines, func(i, j int) bool {
		a, b := lines[i], lines[j]
		return a[hex.EncodedLen(sha256.Size):]+a < b[hex.EncodedLen(sha256.Size):]+b
	})
	return []byte(manifestHead + strings.Join(lines, ""))
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// plainName reports whether name can be a generated file's: a sketch's name,
// perhaps with a dot before it or .ino behind. It is no path, and nothing that an
// operating system reads as more than a name.
func plainName(name string) bool {
	// mutant TestNamesStayInTheFolder: codegen.CheckName( => name != "" || codegen.CheckName(
	return codegen.CheckName(strings.TrimSuffix(strings.TrimPrefix(name, "."), ".ino")) == nil
}
