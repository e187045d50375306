package tlsinspect

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"testing/cryptotest"
	"time"

	"espost/internal/testkit/bearssl"
	kit "espost/internal/testkit/malformed"
	"espost/internal/testkit/need"
)

// A batchCase is a question to BearSSL, and our answer to it.
type batchCase struct {
	words [][]byte
	ours  string
}

// Whatever is wrong with a certificate, the three readers see in it what BearSSL's
// see: the same key or error number, in each mode of a pin. ESPOST_TEST_FUZZ=30m
// goes on for so long with choices of its own, ESPOST_TEST_SEED repeats a run's.
func TestFuzzBesideBearSSL(t *testing.T) {
	rounds, until, seed := 1, time.Now(), uint64(1)
	if need.All() {
		rounds = 4
	}
	if long := os.Getenv("ESPOST_TEST_FUZZ"); long != "" {
		d, err := time.ParseDuration(long)
		if err != nil {
			t.Fatal(err)
		}
		until, seed = until.Add(d), rand.Uint64()
	}
	if given, err := strconv.ParseUint(os.Getenv("ESPOST_TEST_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("ESPOST_TEST_SEED=%d", seed)
	cryptotest.SetGlobalRandom(t, seed) // keys and signatures have their lengths
	m := kit.NewMaker(t, seed)
	count, accepted := 0, 0
	for round := 0; round < rounds || time.Now().Before(until); round++ {
		var cases []batchCase
		for range 500 {
			chain := m.Chain(t)
			spki, holder := m.SPKI(t)
			cases = append(cases, chainCase(chain), fingerprintCase(chain.Served[0]), pinnedCase(spki, holder))
		}
		n, yes := compareBatch(t, cases)
		count, accepted = count+n, accepted+yes
	}
	t.Logf("%d cases, of which BearSSL takes %d", count, accepted)
}

// What the fuzzer found: an error that follows another before anything is read of
// the next piece, a piece behind the end of the certificate, and a key that follows
// a curve which BearSSL doesn't know.
func TestBoardKeyAfterErrors(t *testing.T) {
	sound := kit.NewMaker(t, 1).Chain(t).Sound
	application := bytes.Clone(sound)
	key := bytes.Index(sound, []byte("\x03\x42\x00\x04")) // the BIT STRING of a P-256 key
	application[key] |= 0x40
	copy(application[256:], "\x05\x00") // would go on as a key of four bytes
	unknownCurve, err := os.ReadFile("testdata/unknown-curve.der")
	if err != nil {
		t.Fatal(err)
	}
	count, _ := compareBatch(t, []batchCase{
		fingerprintCase(unknownCurve), fingerprintCase(application), fingerprintCase(slices.Concat(sound, sound)), fingerprintCase(sound),
	})
	if key < 0 || count != 4 || boardKey(sound).algorithm == nil {
		t.Errorf("key at %d, %d cases", key, count)
	}
}

// compareBatch reports how many cases there were, and how many BearSSL accepts.
func compareBatch(t *testing.T, cases []batchCase) (count, accepted int) {
	t.Helper()
	var questions [][][]byte
	for _, c := range cases {
		questions = append(questions, c.words)
	}
	for i, theirs := range bearssl.Batch(t, questions) {
		if theirs == bearssl.Crash && cases[i].words[0][0] == 'f' { // which a board does as well
			theirs = "0 none"
		}
		if ours := cases[i].ours; ours != theirs && !firstDateFirst(ours, theirs) {
			t.Errorf("we say %q, BearSSL %q of\n%q", ours, theirs, cases[i].words)
		}
		if theirs[0] == '0' == (cases[i].words[0][0] != 'k') {
			accepted++
		}
	}
	return len(cases), accepted
}

// firstDateFirst reports a difference between two versions of BearSSL: 0.6 holds
// the first date against the clock before it reads the second (54), the core's
// reads both first (x509_minimal.t0, "Validity dates").
func firstDateFirst(ours, theirs string) bool { return theirs == "54 0" && ours[0] != '0' }

func chainCase(c kit.Chain) batchCase {
	at := time.Now().UTC().Truncate(time.Second)
	var chain []*Certificate
	for _, der := range c.Served {
		chain = append(chain, NewCertificate(der))
	}
	code, usages := validate(chain, []*Certificate{NewCertificate(c.Anchor)}, kit.Host, at)
	if code != 0 {
		usages = 0
	}
	number := func(n int64) []byte { return strconv.AppendInt(nil, n, 10) }
	return batchCase{
		[][]byte{
			[]byte("ca"), number(at.Unix()/86400 + daysTo1970), number(at.Unix() % 86400), []byte(kit.Host),
			c.Anchor, c.Served[0], c.Served[1],
		},
		fmt.Sprint(int(code), usages),
	}
}

func fingerprintCase(der []byte) batchCase {
	return batchCase{[][]byte{[]byte("fingerprint"), der}, "0 " + batchKey(boardKey(der))}
}

// pinnedCase compares the reader of keys alone with BearSSL's, which gets the key
// in a certificate that is sound otherwise.
func pinnedCase(spki, certificate []byte) batchCase {
	ours := "0 none"
	if k := readKey(spki); k.algorithm != nil {
		ours = "1 " + batchKey(k)
	}
	return batchCase{[][]byte{[]byte("key"), certificate}, ours}
}

// batchKey writes a key as the program does.
func batchKey(k publicKey) string {
	switch {
	case k.isRSA():
		return fmt.Sprintf("rsa %x %x", k.n.Bytes(), k.e.Bytes())
	case k.isEC():
		return fmt.Sprintf("ec %d %x", k.group, k.point)
	}
	return "none"
}
