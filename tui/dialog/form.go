package dialog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"espost/imports"
	"espost/internal/sanitize"
	"espost/request"
	"espost/sensors"
)

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
			return d.askSuspects(ctx)
		case answer == "":
			continue
		case strings.TrimSpace(answer) == "?":
			d.say("Type name=value to add a field, name@source for one that the board reads, name! for a value that is not shown, or minus and a number to delete a field.")
			d.say("Type name: value to add a header, or minus and its name to delete it. Type form, json, text or none to change the body, or a method such as PUT or GET.")
			d.say("What has no word here, such as bulk, split, pauses and rules for answers, stands in the profile's file: :save it, write it there, and :open it again.")
			d.say("%s", request.SourceHelp())
			d.say("Behind a source may stand a comma and mean, min, max or last, for the time since the reading before; or change, above:30 or below:5, to send at once. For example temp@dht22.temperature:4,mean or door@reed.open:5,change.")
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
	f := &d.Session.Request
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

// askSuspects asks about each value that looks like a key under an innocent name,
// once.
func (d *Dialog) askSuspects(ctx context.Context) error {
	for _, s := range d.Session.Request.Suspects() {
		if d.asked[s] {
			continue
		}
		d.asked[s] = true
		secret, err := d.yes(ctx, "The value of "+s.Text()+" looks like a key. Is it a secret, which is not shown and not saved?", true)
		if err != nil {
			return err
		}
		if secret {
			d.Session.Request.Conceal(s)
			d.Target = d.Session.Target.URL()
		}
	}
	return nil
}

// setBody takes another kind of body; for a text it asks what it is.
func (d *Dialog) setBody(ctx context.Context, body request.Body) error {
	f := &d.Session.Request
	if body == request.Text {
		template, err := d.ask(ctx, "What is the text? Two braces around a field's name stand for its value:", f.Template)
		if err != nil {
			return err
		}
		f.Body, f.Template = request.TemplateBody(template), template
		d.say("The text is sent as %s.", f.Body)
		return nil
	}
	f.Body, f.Template = body, ""
	d.say("The fields are sent as %s.", body)
	return nil
}

// list reads all fields out.
func (d *Dialog) list() {
	f := d.Session.Request
	d.say("The form has %s and is sent with %s as %s.", count(len(f.Fields), "field"), f.Method, f.Body)
	for i, row := range f.Fields {
		d.say("%d: %s.", i+1, describe(row))
	}
	for _, h := range f.Headers {
		d.say("Header %s: %s.", sanitize.Line(h.Name), describe(request.Field{Value: h.Value, Secret: h.Secret}))
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
	sent := d.Session.Request
	if err := sent.Validate().Err(); err != nil {
		d.say("The form can't be sent like this: %s", sanitize.Line(err.Error()))
		return err
	}
	if n := len(sent.Parts()); n > 1 {
		d.say("A reading is %s, one a field; this is the first.", count(n, "request"))
	}
	_, body := sent.Preview()
	d.say("The body has %s: %s", count(len(sent.BodyBytes()), "byte"), sanitize.Line(body))
	return nil
}

func describe(row request.Field) string {
	info, _ := sensors.Info(row.Source)
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
		parts = append(parts, info.Title+", for the test "+sanitize.Line(row.Sent()))
	}
	if row.Statistic != "" {
		parts = append(parts, "its "+string(row.Statistic)+" since the reading before")
	}
	if t := row.Trigger.String(); t != "" {
		parts = append(parts, "sent at once: "+t)
	}
	if row.Off {
		parts = append(parts, "switched off")
	}
	return strings.Join(parts, ", ")
}

// change carries out one answer to the form's question; the error ends the
// dialog, what is wrong with the answer is said.
func (d *Dialog) change(ctx context.Context, answer string) error {
	f := &d.Session.Request
	if digits, ok := strings.CutPrefix(strings.TrimSpace(answer), "-"); ok && !strings.Contains(answer, "=") {
		if at := slices.IndexFunc(f.Headers, func(h request.Header) bool { return strings.EqualFold(h.Name, strings.TrimSpace(digits)) }); at >= 0 {
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
	if body := request.Body(strings.ToLower(strings.TrimSpace(answer))); body.Check() == nil {
		return d.setBody(ctx, body)
	}
	if method := strings.ToUpper(strings.TrimSpace(answer)); request.CheckMethod(method) == nil {
		f.Method = method
		if request.Bodiless(method) {
			f.Body, f.Template = request.None, ""
		}
		d.say("The method is %s, and the body %s.", method, f.Body)
		return nil
	}
	if imported, err := imports.One([]byte(answer), ""); err == nil {
		imported.Fill(f)
		d.say("%s. The address is still %s.", sanitize.Line(imported.Taken()), sanitize.Line(f.Target.Shown()))
		return nil
	}
	item, err := request.ParseItem(answer)
	if err != nil {
		d.say("%s", sanitize.Line(err.Error()))
		return nil
	}
	if item.Header != nil {
		f.Headers = append(f.Headers, *item.Header)
		d.say("Added header %s: %s.", sanitize.Line(item.Header.Name), describe(request.Field{Value: item.Header.Value, Secret: item.Header.Secret}))
		return nil
	}
	row := *item.Field
	if err := d.fill(ctx, "field "+row.Name, row.Secret, &row.Value); err != nil {
		return err
	}
	f.Fields = append(f.Fields, row)
	d.say("Added field %d: %s.", len(f.Fields), describe(row))
	if odd, found := d.Session.Wiring(len(f.Fields) - 1); found {
		d.say("Note: %s", sanitize.Line(odd.Sentences()))
	}
	return nil
}
