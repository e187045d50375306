package formpost

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"

	"espost/internal/sanitize"
	"espost/request"
)

// A masker hides secret values that a server sends back. Its zero value hides
// nothing.
type masker struct{ replacer *strings.Replacer }

// maskerOf returns what hides r's secret values in foreign text: as they are, and
// as servers write them that echo a request. A server that wants to can disguise
// them beyond that, but it has them by then.
func maskerOf(r request.Request) masker {
	var secrets []string
	for _, h := range r.Headers {
		if h.Secret {
			secrets = append(secrets, h.Value)
			secrets = append(secrets, credentials(h.Value)...)
		}
	}
	for _, f := range r.Fields {
		if f.Secret {
			secrets = append(secrets, f.Value)
		}
	}
	var written []string
	for _, s := range secrets {
		if len(s) >= shortestMasked {
			written = append(written, spellings(s)...)
		}
	}
	// A secret may be the beginning of another one: the longest goes first.
	slices.SortFunc(written, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var pairs []string
	for _, s := range slices.Compact(written) {
		pairs = append(pairs, s, request.Mask)
	}
	if pairs == nil {
		return masker{}
	}
	return masker{strings.NewReplacer(pairs...)}
}

// credentials are the parts of an Authorization header's value that are secret
// by themselves (RFC 9110 §11.4, RFC 7617 §2).
func credentials(value string) []string {
	scheme, rest, ok := strings.Cut(value, " ")
	if !ok {
		return nil
	}
	parts := []string{rest}
	if decoded, err := base64.StdEncoding.DecodeString(rest); err == nil && strings.EqualFold(scheme, "Basic") {
		_, password, _ := strings.Cut(string(decoded), ":")
		parts = append(parts, string(decoded), password)
	}
	return parts
}

// spellings are the ways in which a server is likely to write a value, a JSON
// body quoted in JSON among them.
func spellings(s string) []string {
	all := append([]string{request.PercentEncode(s), url.PathEscape(s), html.EscapeString(s)}, inJSON(s)...)
	for _, once := range inJSON(s) {
		all = append(all, inJSON(once)...)
	}
	return append(all, s)
}

// inJSON is s as JSON strings hold it: with the fewest escapes, and with <, >
// and & escaped as well, as Go and many others write them.
func inJSON(s string) []string {
	all := []string{request.JSONString(s)}
	if many, err := json.Marshal(s); err == nil {
		all = append(all, string(many))
	}
	for i, quoted := range all {
		all[i] = quoted[1 : len(quoted)-1]
	}
	return all
}

// mask returns s with Mask in place of each secret value.
func (m masker) mask(s string) string {
	if m.replacer == nil {
		return s
	}
	return m.replacer.Replace(s)
}

// clipped is foreign text made safe and short enough for a sentence, without
// secret values.
func (m masker) clipped(s string) string { return sanitize.Clip(m.mask(s), maxQuoted) }

// Masked returns text of the answer with Mask in place of the secret values that
// the request held. Notes need none of it.
func (r *Response) Masked(text string) string { return r.secrets.mask(text) }
