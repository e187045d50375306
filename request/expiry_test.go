package request_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"espost/request"
)

func jwt(claims string) string {
	return "eyJhbGciOiJIUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2lnbmF0dXJl"
}

func TestTokenEnd(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int64{
		jwt(`{"exp":1801396800}`):                     1801396800,
		"Bearer " + jwt(`{"sub":"é","exp":1.8e9}`):    1800000000,
		jwt(`{"iat":1}`):                              0,
		jwt(`{"exp":"soon"}`):                         0,
		jwt(`{"exp":-5}`):                             0,
		jwt(`{"exp":1e300}`):                          0,
		"a.b.c":                                       0,
		"aio_XXXXXXXX":                                0,
		"SharedAccessSignature sr=h&sig=x%3D&se=1801": 1801,
		"SharedAccessSignature sr=h&sig=x&se=":        0,
	} {
		got, ok := request.TokenEnd(value)
		if ok != (want != 0) || ok && got.Unix() != want {
			t.Errorf("%s: %s, %v", value, got, ok)
		}
	}
}

func TestSecretsThatEnd(t *testing.T) {
	t.Parallel()
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	r := request.Request{
		Headers: []request.Header{{Name: "Authorization", Value: "Bearer " + jwt(`{"exp":1801396800}`), Secret: true}},
		Fields:  []request.Field{{Name: "key", Value: "k", Secret: true, Expires: end}, {Name: "off", Secret: true, Off: true, Expires: end}, {Name: "open", Expires: end}},
	}
	if got := r.FirstExpiry(); got.Name != "key" || !got.At.Equal(end) || len(r.Expiries()) != 2 {
		t.Errorf("%+v of %+v", got, r.Expiries())
	}
	for days, want := range map[int]string{-31: "", -29: "the secret key ends on 1 Jan 2027", 0: "the secret key ended on 1 Jan 2027", 2: "the secret Authorization ends on 31 Jan 2027"} {
		var all []string
		for _, n := range r.ExpiryNotes(end.AddDate(0, 0, days)) {
			all = append(all, n.Message)
		}
		if got := strings.Join(all, "; "); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%d days after: %q, want %q", days, got, want)
		}
	}
}
