package device_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"espost/device"
)

// addr2line answers as binutils does with -pfiaC for these addresses.
func addr2line(asked *[]string) func(context.Context, string, ...string) ([]byte, error) {
	return func(_ context.Context, _ string, args ...string) ([]byte, error) {
		*asked = args
		return []byte("0x40203956: readTemperature() at /home/maker/porch_post/readings.h:12\n" +
			" (inlined by) takeReading() at /home/maker/porch_post/porch_post.ino:131 (discriminator 2)\n" +
			"0x4010075c: ?? ??:0\n" +
			"0x402020b8: \x1b[2Jloop at C:\\maker\\porch_post\\porch_post.ino:80\n" +
			"0x40203000: umm_init at ??:?\n"), nil
	}
}

func TestMonitorNamesThePlacesOfACrash(t *testing.T) {
	var asked []string
	decoder := &device.Decoder{ELF: "porch.elf", Run: addr2line(&asked)}
	events, _ := watch(t, device.Monitor{Decoder: decoder}, func(b board) {
		fmt.Fprint(b, "40201234:  40203956 40203956 40203956 40203956  \n"+ // no stack
			"Exception (28):\n"+
			"epc1=0x40203956 epc2=0x00000000 epc3=0x00000000 excvaddr=0x00000000 depc=0x00000000\n"+
			">>>stack>>>\n\nctx: cont\nsp: 3ffefcd0 end: 3ffeff90 offset: 01a0\n"+
			"3ffefe70:  feefeffe 4010075c 3fffdad0 402020b8  \n"+
			"3ffefe80:  00000000 40300000 40000f49 40203000 <\n"+
			"<<<stack<<<\n")
	})
	if diff := cmp.Diff([]string{"-pfiaC", "-e", "porch.elf", "0x40203956", "0x4010075c", "0x402020b8", "0x40203000"}, asked); diff != "" {
		t.Error(diff)
	}
	last := events[len(events)-1]
	var got []string
	for _, f := range last.Frames {
		got = append(got, f.String())
	}
	want := []string{
		"0x40203956: readTemperature() at readings.h:12",
		"0x40203956: takeReading() at porch_post.ino:131",
		"0x402020b8: �[2Jloop at porch_post.ino:80",
	}
	if diff := cmp.Diff(want, got); diff != "" || last.Kind != device.Stack {
		t.Errorf("%s %s", last.Kind, diff)
	}
}

func TestFindDecoder(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Setenv("PATH", "")
	elf := filepath.Join(home, "firmware.elf")
	if _, err := device.FindDecoder(elf); codeOf(err) != "elf-missing" {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(elf, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := device.FindDecoder(elf); codeOf(err) != "addr2line-missing" {
		t.Errorf("%v", err)
	}
	for _, dir := range []string{".platformio/packages/toolchain-xtensa/bin", ".arduino15/internal/esp8266_xtensa-lx106-elf-gcc_3.1.0_0123/bin"} {
		tool := filepath.Join(home, dir, "xtensa-lx106-elf-addr2line")
		if err := os.MkdirAll(filepath.Dir(tool), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(tool, nil, 0o700); err != nil {
			t.Fatal(err)
		}
		if d, err := device.FindDecoder(elf); err != nil || d.Addr2line != tool {
			t.Errorf("%v, %v", d, err)
		}
		if err := os.Remove(tool); err != nil {
			t.Fatal(err)
		}
	}
}

func TestELF(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("TMPDIR", t.TempDir())
	folder := sketch(t)
	if got := device.ELF(folder); got != "" {
		t.Errorf("found %s", got)
	}
	built := filepath.Join(folder, ".pio", "build", "d1_mini", "firmware.elf")
	if err := os.MkdirAll(filepath.Dir(built), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(built, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := device.ELF(folder); !strings.HasSuffix(got, built) {
		t.Errorf("found %s", got)
	}
}
