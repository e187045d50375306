package codegen_test

import (
	"bytes"
	"encoding/binary"
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
int main() {
  pinfile::Owner owner = {};
  while (into(&owner.key, 65) && into(&owner.next, 65) && into(&owner.recovery, 65) && into(&owner.epoch, 4) && into(&owner.serial, 4)) {
    uint32_t size = 0;
    if (!into(&size, 4)) return 2;
    char *text = new char[size];  // not a byte more, so that a reader that goes on is found out
    if (!into(text, size)) return 2;
    pinfile::File f;
    const pinfile::Refusal r = owner.accept(text, size, "porch", "example.org:443", f);
    printf("%d %u %u %02X%02X %02X%02X\n", static_cast<int>(r), owner.epoch, owner.serial, owner.key.point[1], owner.key.point[2], owner.next.point[1], owner.next.point[2]);
    delete[] text;
  }
}
`

// Files that are right, wrong in a rule, and changed at random: the board takes what espost
// takes, refuses the others for the same reason, and is left with the same owner.
func TestSignedPinsAsEspost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	header, err := os.ReadFile("templates/pinfile.h")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"pinfile.h": string(header), "takers.cpp": takers} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	board := rig.Board(t)
	flags := append(rig.Strict(), "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-I"+board, "takers.cpp", "-o", "takers", "-lbearssl")
	if err := rig.Compiler(dir, flags...); err != nil {
		t.Fatal(err)
	}
	m := newPinMaker(t)
	var in bytes.Buffer
	var cases [][]byte
	var want []string
	for range need.Often(3000, 20000) {
		owner, data := m.owner(), m.file(t)
		for _, k := range []pinfile.Key{owner.Key, owner.Next, owner.Recovery} {
			in.Write(k[:])
		}
		for _, n := range []uint32{owner.Epoch, owner.Serial, uint32(len(data))} {
			in.Write(binary.LittleEndian.AppendUint32(nil, n))
		}
		in.Write(data)
		cases = append(cases, data)
		want = append(want, whatEspostMakesOf(t, owner, data))
	}
	cmd := exec.Command(filepath.Join(dir, "takers"))
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
	keys    []pinfile.Key
}

func newPinMaker(t *testing.T) *pinMaker {
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
		m.keys = append(m.keys, public)
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
