package device_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"espost/device"
)

// Each phrase stands in the firmware's templates: whoever changes a line there
// changes it here, too. What printf fills in is filled in before.
func TestPhrasesAreTheFirmwares(t *testing.T) {
	files, err := filepath.Glob("../codegen/templates/*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var lines []string
	quoted := regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
	filled := strings.NewReplacer("\\n", "", "%s: every", "porch_post: every", "%lu", "7", "%u", "7", "%d", "-1", "%s", "x")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(data), `'"'`, "") // a character, which opens no text
		for _, m := range quoted.FindAllStringSubmatch(text, -1) {
			line := filled.Replace(m[1])
			lines = append(lines, line, "What: "+line, "Reading: "+line)
		}
	}
	for _, phrase := range device.Phrases() {
		found := false
		pattern := regexp.MustCompile(phrase)
		for _, line := range lines {
			found = found || pattern.MatchString(line)
		}
		if !found {
			t.Errorf("no template has %s", phrase)
		}
	}
}
