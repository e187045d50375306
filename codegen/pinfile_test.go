package codegen_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"espost/codegen"
	"espost/esp8266"
	"espost/internal/problem"
	"espost/internal/testkit/need"
	"espost/internal/testkit/rig"
	"espost/pinfile"
)

// takers reads owners and files from stdin and writes a line each: what pinfile.h makes of it.
const takers = `
#include "pinfile.h"
#include <stdio.h>
#include <string>
static bool into(void *to, size_t size) { return fread(to, 1, size, stdin) == size; }
void setup() {
  pinfile::Owner owner = {};
  while (into(&owner.key, 65) && into(&owner.next, 65) && into(&owner.recovery, 65) && into(&owner.epoch, 4) && into(&owner.serial, 4)) {
    uint32_t size = 0;
    if (!into(&size, 4)) exit(2);
    char *text = new char[size];  // not a byte more, so that a reader that goes on is found out
    if (!into(text, size)) exit(2);
    pinfile::File f;
    const pinfile::Refusal r = owner.accept(text, size, "porch", "example.org:443", f);
    printf("%d %u %u %02X%02X %02X%02X\n", static_cast<int>(r), owner.epoch, owner.serial, owner.key.point[1], owner.key.point[2], owner.next.point[1], owner.next.point[2]);
    fflush(stdout);
    delete[] text;
  }
}
void loop() {}
`

// Files that are right, wrong in a rule, and changed at random: the board takes what espost
// takes, refuses the others for the same reason, and is left with the same owner.
func TestSignedPinsAsEspost(t *testing.T) {
	t.Parallel()
	program, err := rig.Sanitized.Compile(t, sketchOf(t, "takers", takers, "pinfile.h"))
	if err != nil {
		t.Fatal(err)
	}
	m := newPinMaker(t)
	var in bytes.Buffer
	var cases [][]byte
	var want []string
	long := m.longFile(t)
	for i := range need.Often(3000, 20000) {
		owner, data := m.owner(), m.file(t)
		if i == 0 {
			owner, data = pinfile.Owner{Group: "porch", Key: m.keys[0]}, long
		}
		in.Write(forTakers(owner, data))
		cases = append(cases, data)
		want = append(want, whatEspostMakesOf(t, owner, data))
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "RIG_LOOPS=1")
	cmd.Stdin = &in
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(got) != len(want) {
		t.Fatalf("%d answers to %d files", len(got), len(want))
	}
	seen := map[byte]int{}
	for i := range want {
		seen[want[i][0]]++
		if got[i] != want[i] {
			t.Fatalf("the board says %s, espost %s, of\n%q", got[i], want[i], cases[i])
		}
	}
	for reason := range pinReasons {
		if seen['0'+byte(reason)] < 20 {
			t.Errorf("only %d files are refused as %q: %v", seen['0'+byte(reason)], pinReasons[reason], seen)
		}
	}
}

// forTakers is what takers read of an owner and a file.
func forTakers(owner pinfile.Owner, data []byte) []byte {
	in := slices.Concat(owner.Key[:], owner.Next[:], owner.Recovery[:])
	for _, n := range []uint32{owner.Epoch, owner.Serial, uint32(len(data))} {
		in = binary.LittleEndian.AppendUint32(in, n)
	}
	return append(in, data...)
}

// longFile is well signed, and longer than any file may be.
func (m *pinMaker) longFile(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("espost-pins 1\ngroup porch\nhost example.org:443\nepoch 0\nserial 1\nsigned 2026-11-25T22:40:00Z\nuntil 2027-02-23T22:40:00Z\n")
	for _, digit := range []string{"1", "2"} {
		b.WriteString("pin ca " + strings.Repeat(digit, 2*1600) + "\n")
	}
	b.WriteString("by " + m.keys[0].ID() + "\n")
	sum := sha256.Sum256(b.Bytes())
	r, s, err := ecdsa.Sign(crand.Reader, m.private[0], sum[:])
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "signature %064X%064X\n", r, s)
	return b.Bytes()
}

// Whatever anybody writes, the board makes of it what espost does. The board is one process for all
// inputs: what it can't read ends it.
func FuzzBoardReadsPins(f *testing.F) {
	program, err := rig.Sanitized.Compile(f, sketchOf(f, "takers", takers, "pinfile.h"))
	if err != nil {
		f.Fatal(err)
	}
	board := exec.Command(program)
	board.Env = append(os.Environ(), "RIG_LOOPS=1")
	in, err := board.StdinPipe()
	if err != nil {
		f.Fatal(err)
	}
	out, err := board.StdoutPipe()
	if err != nil {
		f.Fatal(err)
	}
	if err := board.Start(); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		in.Close()
		_ = board.Wait()
	})
	answers := bufio.NewReader(out)
	m := newPinMaker(f)
	owner := pinfile.Owner{Group: "porch", Key: m.keys[0], Recovery: m.keys[1]}
	key, _ := pem.Decode([]byte(goldenKey))
	for _, serial := range []uint32{1, 1<<32 - 1} {
		signed, err := m.signers[0](pinfile.File{Group: "porch", Host: "example.org:443", Serial: serial, Next: m.keys[2], Pins: []pinfile.Entry{{Mode: "fingerprint", Data: make([]byte, 20)}, {Mode: "public-key", Data: key.Bytes}}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(signed.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := in.Write(forTakers(owner, data)); err != nil {
			t.Fatalf("the board ended before %q: %v", data, err)
		}
		got, err := answers.ReadString('\n')
		if want := whatEspostMakesOf(t, owner, data); err != nil || strings.TrimSpace(got) != want {
			t.Fatalf("the board says %q (%v), espost %s, of\n%q", got, err, want, data)
		}
	})
}

// sketchOf is a sketch that tests headers of codegen's.
func sketchOf(t testing.TB, name, text string, headers ...string) []codegen.File {
	t.Helper()
	p := tutorial()
	goldens()["signed-pins"](&p)
	folder, err := codegen.Generate(p)
	if err != nil {
		t.Fatal(err)
	}
	files := []codegen.File{{Path: name + ".ino", Data: []byte(text)}}
	for _, file := range folder {
		if slices.Contains(headers, file.Path) {
			files = append(files, file)
		}
	}
	return files
}

// pinReasons are the codes in the order of pinfile.h's; "" for a file that is taken.
var pinReasons = []string{"", pinfile.CodeSyntax, pinfile.CodeGroup, pinfile.CodeHost, pinfile.CodeReplay, pinfile.CodeSigner, pinfile.CodeSignature}

func whatEspostMakesOf(t *testing.T, owner pinfile.Owner, data []byte) string {
	t.Helper()
	_, after, err := owner.Accept(data, "example.org:443")
	code := ""
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		code = p.Code
	}
	reason := slices.Index(pinReasons, code)
	if reason < 0 || (err == nil) != (reason == 0) {
		t.Fatalf("%v\n%s", err, data)
	}
	return fmt.Sprintf("%d %d %d %02X%02X %02X%02X", reason, after.Epoch, after.Serial, after.Key[1], after.Key[2], after.Next[1], after.Next[2])
}

// A pinMaker makes owners and files at random, the same in each run but for the keys.
type pinMaker struct {
	*rand.Rand
	signers []func(pinfile.File) (*pinfile.File, error)
	private []*ecdsa.PrivateKey
	keys    []pinfile.Key
}

func newPinMaker(t testing.TB) *pinMaker {
	m := &pinMaker{Rand: rand.New(rand.NewPCG(18, 4))}
	for i := range 4 {
		path := filepath.Join(t.TempDir(), fmt.Sprint(i))
		if _, err := pinfile.CreateKey(path); err != nil {
			t.Fatal(err)
		}
		private, public, err := pinfile.ReadKey(path)
		if err != nil {
			t.Fatal(err)
		}
		m.signers = append(m.signers, func(f pinfile.File) (*pinfile.File, error) { return f.Sign(private) })
		m.private, m.keys = append(m.private, private), append(m.keys, public)
	}
	return m
}

func (m *pinMaker) key() pinfile.Key { return m.keys[m.IntN(len(m.keys))] }

func (m *pinMaker) owner() pinfile.Owner {
	o := pinfile.Owner{Group: "porch", Key: m.keys[0], Epoch: uint32(m.IntN(2)), Serial: uint32(m.IntN(4))}
	if m.IntN(2) == 0 {
		o.Next = m.key()
	}
	if m.IntN(2) == 0 {
		o.Recovery = m.key()
	}
	return o
}

// file is one that is well signed, or was until it was changed.
func (m *pinMaker) file(t *testing.T) []byte {
	t.Helper()
	pick := func(list ...string) string { return list[m.IntN(len(list))] }
	f := pinfile.File{
		Group: pick("porch", "porch", "porch", "porch", "porch", "porch", "porch", "porch", "porchs", "P0r.c-h_"), Host: pick("example.org:443", "example.org:443", "example.org:443", "example.org:443", "example.org:443", "example.org:443", "example.org:4433", "[::1]:443"),
		Epoch: uint32(m.IntN(3)), Serial: 1 + uint32(m.IntN(4)), Signed: time.Unix(m.Int64N(4e9), 0), Until: time.Unix(m.Int64N(4e9), 0),
	}
	for i := range 1 + m.IntN(pinfile.MaxPins) {
		data := []byte(fmt.Sprintf("%020d", i))
		f.Pins = append(f.Pins, pinfile.Entry{Mode: esp8266.PinFingerprint, Data: data})
	}
	if m.IntN(2) == 0 {
		f.Next = m.key()
	}
	signed, err := m.signers[m.IntN(len(m.signers))](f)
	if err != nil {
		t.Fatal(err)
	}
	data := signed.Bytes()
	if m.IntN(3) == 0 {
		return data
	}
	for range 1 + m.IntN(2) {
		data = m.changed(data)
	}
	return data
}

// changed is data with one change.
func (m *pinMaker) changed(data []byte) []byte {
	const alphabet = "0123456789ABCDEFabcdefZ-:. \n\x00\xffporchpinxkeyca[]_"
	data = bytes.Clone(data)
	if len(data) == 0 {
		return data
	}
	i := m.IntN(len(data))
	lines := bytes.SplitAfter(data, []byte("\n"))
	line := m.IntN(len(lines))
	switch m.IntN(13) {
	case 0:
		return data[:i]
	case 1:
		return append(data[:i], data[i+1:]...)
	case 2:
		return slices.Insert(data, i, alphabet[m.IntN(len(alphabet))])
	case 3:
		return bytes.Join(slices.Delete(lines, line, line+1), nil)
	case 4:
		return bytes.Join(slices.Insert(lines, line, lines[m.IntN(len(lines))]), nil)
	case 5, 10, 11, 12: // a digit for another, in a number, a time, a pin or the signature
		if start := bytes.IndexAny(data[i:], "0123456789"); start >= 0 {
			data[i+start] = byte('0' + m.IntN(10))
		}
		return data
	case 6:
		return bytes.Replace(data, []byte("pin fingerprint "), []byte([]string{"pin ca ", "pin public-key ", "pin insecure ", "pin "}[m.IntN(4)]), 1)
	case 7:
		return slices.Insert(data, i, bytes.Repeat([]byte("A"), m.IntN(4200))...)
	case 8:
		data[i] ^= 1 << m.IntN(8)
		return data
	}
	data[i] = alphabet[m.IntN(len(alphabet))]
	return data
}
