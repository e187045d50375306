package dialog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"espost/esp8266"
	"espost/formpost"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/profile"
)

// secretSource is what is written for a field whose value is asked for
// separately, unseen.
const secretSource = "secret"

// form shows the rows and takes changes until a bare enter.
func (d *Dialog) form(ctx context.Context) error {
	if err := d.fillSecrets(ctx); err != nil {
		return err
	}
	d.list()
	for {
		problem := d.preview()
		answer, err := d.ask(ctx, "Press enter to go on, or type a change, or a question mark to hear how:", "")
		switch {
		case err != nil:
			return err
		case answer == "" && problem == nil:
			return nil
		case answer == "":
			continue
		case strings.TrimSpace(answer) == "?":
			d.say("Type name=value to add a field, name=@source for one that the board reads, name=@%s for a value that is not shown, or minus and a number to delete a field.", secretSource)
			d.say("Type name: value to add a header, or minus and its name to delete it. Type json or form to change how the fields are sent.")
			d.say("The sources are %s.", sourceNames())
			d.list()
			continue
		}
		if err := d.change(ctx, answer); err != nil {
			return err
		}
	}
}

// fillSecrets asks for the secret values that the profile doesn't keep.
func (d *Dialog) fillSecrets(ctx context.Context) error {
	f := &d.Profile.Form
	for i := range f.Headers {
		if err := d.fill(ctx, "header "+f.Headers[i].Name, f.Headers[i].Secret, &f.Headers[i].Value); err != nil {
			return err
		}
	}
	for i := range f.Fields {
		if err := d.fill(ctx, "field "+f.Fields[i].Name, f.Fields[i].Secret && !f.Fields[i].Off, &f.Fields[i].Value); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dialog) fill(ctx context.Context, what string, secret bool, value *string) (err error) {
	if secret && *value == "" {
		*value, err = d.secret(ctx, "What is the secret value of the "+what+"? It is not shown:")
	}
	return err
}

// list reads all fields out.
func (d *Dialog) list() {
	f := d.Profile.Form
	d.say("The form has %s and is sent with %s as %s.", count(len(f.Fields), "field"), f.Method, f.Encoding)
	for i, row := range f.Fields {
		d.say("%d: %s.", i+1, describe(row))
	}
	for _, h := range f.Headers {
		d.say("Header %s: %s.", sanitize.Line(h.Name), describe(profile.Field{Source: esp8266.SourceText, Value: h.Value, Secret: h.Secret}))
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// preview says what would be sent, or why nothing can be.
func (d *Dialog) preview() error {
	request, err := d.Profile.Request()
	if err == nil {
		err = request.Validate()
	}
	if err != nil {
		d.say("The form can't be sent like this: %s", sanitize.Line(problem.Sentences(err.Error())))
		return err
	}
	_, body := request.Preview()
	d.say("The body has %s: %s", count(len(request.Body()), "byte"), sanitize.Line(body))
	return nil
}

func describe(row profile.Field) string {
	info, _ := row.Source.Info()
	var parts []string
	if row.Name != "" {
		parts = append(parts, sanitize.Line(row.Name))
	}
	switch {
	case row.Secret:
		parts = append(parts, "a secret value")
	case row.Source.Constant():
		parts = append(parts, info.Title+" "+sanitize.Line(row.Value))
	default:
		parts = append(parts, info.Title+", for the test "+sanitize.Line(row.Sample))
	}
	if row.Off {
		parts = append(parts, "switched off")
	}
	return strings.Join(parts, ", ")
}

// change carries out one answer to the form's question; the error ends the
// dialog, what is wrong with the answer is said.
func (d *Dialog) change(ctx context.Context, answer string) error {
	f := &d.Profile.Form
	if digits, ok := strings.CutPrefix(strings.TrimSpace(answer), "-"); ok && !strings.Contains(answer, "=") {
		if at := slices.IndexFunc(f.Headers, func(h profile.Header) bool { return strings.EqualFold(h.Name, strings.TrimSpace(digits)) }); at >= 0 {
			d.say("Deleted header %s.", sanitize.Line(f.Headers[at].Name))
			f.Headers = slices.Delete(f.Headers, at, at+1)
			return nil
		}
		n, _ := strconv.Atoi(strings.TrimSpace(digits)) // 0, and so no field, for what is no number
		if n < 1 || n > len(f.Fields) {
			d.say("There is no field %s. The form has %s.", sanitize.Line(digits), count(len(f.Fields), "field"))
			return nil
		}
		gone := f.Fields[n-1]
		f.Fields = slices.Delete(f.Fields, n-1, n)
		d.say("Deleted field %d: %s.", n, describe(gone))
		return nil
	}
	switch encoding := formpost.Encoding(strings.ToLower(strings.TrimSpace(answer))); encoding {
	case formpost.Form, formpost.JSON:
		f.Encoding = encoding
		d.say("The fields are sent as %s.", encoding)
		return nil
	}
	if at := strings.IndexAny(answer, ":="); at > 0 && answer[at] == ':' {
		h := profile.Header{Name: strings.TrimSpace(answer[:at]), Value: strings.TrimSpace(answer[at+1:])}
		f.Headers = append(f.Headers, h)
		d.say("Added header %s: %s.", sanitize.Line(h.Name), sanitize.Line(h.Value))
		return nil
	}
	row, err := parse(answer)
	if err != nil {
		d.say("%s", sanitize.Line(problem.Sentences(err.Error())))
		return nil
	}
	if err := d.fill(ctx, "field "+row.Name, row.Secret, &row.Value); err != nil {
		return err
	}
	f.Fields = append(f.Fields, row)
	d.say("Added field %d: %s.", len(f.Fields), describe(row))
	return nil
}

// parse reads name=value or name=@source.
func parse(answer string) (profile.Field, error) {
	name, value, ok := strings.Cut(answer, "=")
	if !ok {
		return profile.Field{}, errors.New("a change is name=value, name=@source, name: value for a header, json, form, or minus and a number")
	}
	source, live := strings.CutPrefix(value, "@")
	switch {
	case !live:
		return profile.Field{Name: name, Source: esp8266.SourceText, Value: value}, nil
	case source == secretSource:
		return profile.Field{Name: name, Source: esp8266.SourceText, Secret: true}, nil
	}
	info, known := esp8266.Source(source).Info()
	if !known || info.Source.Constant() {
		return profile.Field{}, fmt.Errorf("there is no source %q; the sources are %s", source, sourceNames())
	}
	return profile.Field{Name: name, Source: info.Source, Sample: info.Sample}, nil
}

func sourceNames() string {
	var names []string
	for _, s := range esp8266.Sources() {
		if !s.Source.Constant() {
			names = append(names, string(s.Source))
		}
	}
	return strings.Join(names, ", ")
}
