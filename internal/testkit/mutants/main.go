// Command mutants removes guards from the source, one at a time, and sees that a
// test misses each. A guard is marked by a comment behind it, or above it where
// the line is long:
//
//	if length > maxMessage { // mutant TestLimits: length > maxMessage => false
//
//	// mutant TestScripts/log in ./test: folder == "/dev/" => true
//	if folder == "/dev/" {
//
// A file that can't carry comments, since people read a copy of it, has its marks in a file *.mutants
// beside the tests, behind the name of the file, which holds the guard once:
//
//	templates/pinfile.h // mutant TestReplay: f.serial < serial => false
//
// What stands before the arrow must be in the guard's line once; what stands
// behind it takes its place, in a copy that only the compiler sees. The test is
// one of the same package, or of the one that is named.
//
// The arguments are the folders and files to look through, by default all.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	roots := os.Args[1:]
	if len(roots) == 0 {
		roots = []string{"."}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	tried, missed, err := tryAll(ctx, roots)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	fmt.Printf("%d mutants, %d not caught\n", tried, missed)
	if err != nil || tried == 0 || missed > 0 {
		os.Exit(1)
	}
}

// tryAll runs the mutants in folders and files and prints what came of each.
func tryAll(ctx context.Context, roots []string) (tried, missed int, err error) {
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil || path == "internal/testkit/mutants/main.go" {
				return err
			}
			var all []mutant
			switch filepath.Ext(path) {
			case ".go":
				all, err = mutantsIn(path)
			case ".mutants":
				all, err = mutantsOf(path)
			}
			for _, m := range all {
				tried++
				if err := m.run(ctx); err != nil {
					missed++
					fmt.Printf("FAIL %s: %v\n", m, err)
				} else {
					fmt.Printf("ok   %s\n", m)
				}
			}
			return err
		})
		if err != nil {
			return tried, missed, err
		}
	}
	return tried, missed, nil
}

// A mutant is a file without one of its guards.
type mutant struct {
	file     string
	line     int // from 1
	test, in string
	source   string // the whole file, changed
}

func (m mutant) String() string {
	return fmt.Sprintf("%s:%d %s in %s", m.file, m.line, m.test, m.in)
}

var anchor = regexp.MustCompile(`^(.*)// mutant (\S+?)(?: in (\./\S+))?: (.+) => (.+)$`)

// mutantsIn reads the marks of a file. A mark that can't be read is an error.
func mutantsIn(path string) ([]mutant, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []mutant
	lines := strings.Split(string(source), "\n")
	for i, line := range lines {
		if !strings.Contains(line, "// mutant ") {
			continue
		}
		parts := anchor.FindStringSubmatch(line)
		if parts == nil {
			return all, fmt.Errorf("%s:%d: want // mutant TEST: OLD => NEW", path, i+1)
		}
		guard, code := i, parts[1]
		if strings.TrimSpace(code) == "" {
			guard++
			code = lines[guard]
		}
		if n := strings.Count(code, parts[4]); n != 1 {
			return all, fmt.Errorf("%s:%d: the guard holds %q %d times", path, guard+1, parts[4], n)
		}
		m := mutant{file: path, line: guard + 1, test: parts[2], in: parts[3]}
		if m.in == "" {
			m.in = "./" + filepath.ToSlash(filepath.Dir(path))
		}
		changed := append([]string{}, lines...)
		changed[guard] = strings.Replace(code, parts[4], parts[5], 1)
		m.source = strings.Join(changed, "\n")
		all = append(all, m)
	}
	return all, nil
}

// mutantsOf reads the marks of other files.
func mutantsOf(path string) ([]mutant, error) {
	list, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []mutant
	for i, line := range strings.Split(strings.TrimSpace(string(list)), "\n") {
		parts := anchor.FindStringSubmatch(line)
		if parts == nil {
			return all, fmt.Errorf("%s:%d: want FILE // mutant TEST: OLD => NEW", path, i+1)
		}
		file := filepath.Join(filepath.Dir(path), strings.TrimSpace(parts[1]))
		text, err := os.ReadFile(file)
		if err != nil {
			return all, err
		}
		before, after, _ := strings.Cut(string(text), parts[4])
		if n := strings.Count(string(text), parts[4]); n != 1 {
			return all, fmt.Errorf("%s:%d: %s holds %q %d times", path, i+1, file, parts[4], n)
		}
		all = append(all, mutant{
			file: file, line: strings.Count(before, "\n") + 1, test: parts[2],
			in: "./" + filepath.ToSlash(filepath.Dir(path)), source: before + parts[5] + after,
		})
	}
	return all, nil
}

// compilerError is how g++ begins to tell of one.
var compilerError = regexp.MustCompile(`:\d+:\d+: error: `)

// run runs the mutant's test, which must fail, and by itself.
func (m mutant) run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "mutant")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	original, err := filepath.Abs(m.file)
	if err != nil {
		return err
	}
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		return err
	}
	if err := os.WriteFile(changed, []byte(m.source), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(overlay, replace, 0o600); err != nil {
		return err
	}
	parts := strings.Split(m.test, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	out, err := exec.CommandContext(ctx, "go", "test", "-vet=off", "-overlay", overlay, "-run", strings.Join(parts, "/"), "-timeout", "90s", m.in).CombinedOutput()
	name, _, _ := strings.Cut(m.test, "/")
	switch text := string(out); {
	case err == nil:
		return fmt.Errorf("the test still passes\n%s", text)
	case strings.Contains(text, "[build failed]") || strings.Contains(text, "[setup failed]") || compilerError.MatchString(text):
		return fmt.Errorf("it doesn't compile\n%s", text)
	case !strings.Contains(text, "--- FAIL: "+name) && !strings.Contains(text, "panic: test timed out") && !strings.Contains(text, "fatal error: "):
		return fmt.Errorf("the test failed, but not by itself\n%s", text)
	}
	return nil
}
