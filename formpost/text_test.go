package formpost_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/formpost"
)

func TestText(t *testing.T) {
	tests := []struct {
		text string
		row  formpost.TextRow
	}{
		{"name1=value1", formpost.TextRow{Name: "name1", Value: "value1"}},
		{"# note=a b", formpost.TextRow{Off: true, Name: "note", Value: "a b"}},
		{"rssi@rssi=-61", formpost.TextRow{Name: "rssi", Attribute: "rssi", Value: "-61"}},
		{"=", formpost.TextRow{}},
		{"# =", formpost.TextRow{Off: true}},
		{"q=a=b@c#d", formpost.TextRow{Name: "q", Value: "a=b@c#d"}},
		{`a\=b\@c=`, formpost.TextRow{Name: "a=b@c"}},
		{`\# x=1`, formpost.TextRow{Name: "# x", Value: "1"}},
		{`# \# x=1`, formpost.TextRow{Off: true, Name: "# x", Value: "1"}},
		{`\x20a =  b\x20`, formpost.TextRow{Name: " a ", Value: "  b "}},
		{`n=two\r\nlines\tand \\n`, formpost.TextRow{Name: "n", Value: "two\r\nlines\tand \\n"}},
		{`b=\xFFü☕\x00`, formpost.TextRow{Name: "b", Value: "\xffü☕\x00"}},
		{`i=a\u{200B}b\u{202E}`, formpost.TextRow{Name: "i", Value: "a\u200bb\u202e"}},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			if got := formpost.FormatText([]formpost.TextRow{tt.row}); got != tt.text+"\n" {
				t.Errorf("FormatText = %q", got)
			}
			rows, err := formpost.ParseText(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]formpost.TextRow{tt.row}, rows); diff != "" {
				t.Errorf("ParseText (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTextAsTyped(t *testing.T) {
	rows, err := formpost.ParseText("\n  a=1  \r\n\n#b=2\n#\tc=3\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []formpost.TextRow{{Name: "a", Value: "1"}, {Off: true, Name: "b", Value: "2"}, {Off: true, Name: "c", Value: "3"}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for text, line := range map[string]int{"a=1\n\nno sign": 3, `a=\q`: 1, `a=\`: 1, `a=\x4`: 1, `a=\u{110000}`: 1, `a=\u{41`: 1, "# remark": 1} {
		var e *formpost.TextError
		if _, err := formpost.ParseText(text); !errors.As(err, &e) || e.Line != line {
			t.Errorf("%q: error %v, want line %d", text, err, line)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("name", "", "value", false)
	f.Add(" #=@\\", "digital:5", "\r\n \u202e\xff", true)
	f.Fuzz(func(t *testing.T, name, attribute, value string, off bool) {
		rows := []formpost.TextRow{{Off: off, Name: name, Attribute: attribute, Value: value}, {Name: value, Value: name}}
		text := formpost.FormatText(rows)
		back, err := formpost.ParseText(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if diff := cmp.Diff(rows, back); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", text, diff)
		}
	})
}
