package esp8266_test

import (
	"math"
	"testing"

	"espost/esp8266"
)

func TestFragmentLength(t *testing.T) {
	tests := []struct {
		buffers esp8266.Buffers
		want    int
	}{
		{esp8266.DefaultBuffers(), 512}, // the largest that fits both
		{esp8266.Buffers{RX: 512, TX: 512}, 512},
		{esp8266.Buffers{RX: 1023, TX: 4096}, 512},
		{esp8266.Buffers{RX: 1024, TX: 1024}, 1024},
		{esp8266.Buffers{RX: 2048, TX: 16384}, 2048},
		{esp8266.Buffers{RX: 4096, TX: 4096}, 4096},
		{esp8266.Buffers{RX: 16384, TX: 16383}, 4096},
		{esp8266.Buffers{RX: 16384, TX: 16384}, 0}, // the extension is left out
		{esp8266.Buffers{RX: 99999, TX: 99999}, 0}, // clamped
		{esp8266.Buffers{}, 512},                   // clamped
		{esp8266.Buffers{RX: -1, TX: math.MaxInt}, 512},
	}
	for _, tt := range tests {
		if got := tt.buffers.FragmentLength(); got != tt.want {
			t.Errorf("%+v.FragmentLength() = %d, want %d", tt.buffers, got, tt.want)
		}
	}
}

func TestClamp(t *testing.T) {
	tests := []struct{ in, want esp8266.Buffers }{
		{esp8266.Buffers{RX: 0, TX: 100000}, esp8266.Buffers{RX: 512, TX: 16384}},
		{esp8266.Buffers{RX: 600, TX: 700}, esp8266.Buffers{RX: 600, TX: 700}},
	}
	for _, tt := range tests {
		if got := tt.in.Clamp(); got != tt.want {
			t.Errorf("%+v.Clamp() = %+v, want %+v", tt.in, got, tt.want)
		}
	}
}

// The totals measured with real BearSSL in fingerprint mode, in KB of 1000
// bytes to one decimal.
func TestHeap(t *testing.T) {
	tests := []struct {
		buffers esp8266.Buffers
		want    float64
	}{
		{esp8266.Buffers{RX: 16384, TX: 512}, 28.3},
		{esp8266.Buffers{RX: 4096, TX: 512}, 16.1},
		{esp8266.Buffers{RX: 1024, TX: 512}, 13.0},
		{esp8266.Buffers{RX: 512, TX: 512}, 12.5},
	}
	for _, tt := range tests {
		heap := tt.buffers.Heap(esp8266.PinFingerprint)
		if got := math.Round(float64(heap)/100) / 10; got != tt.want {
			t.Errorf("%+v: %d bytes, %.1f KB, want %.1f", tt.buffers, heap, got, tt.want)
		}
	}
}

// CA mode's validator is the biggest, a known key's the smallest.
func TestHeapByPinMode(t *testing.T) {
	b := esp8266.DefaultBuffers()
	key, fingerprint := b.Heap(esp8266.PinPublicKey), b.Heap(esp8266.PinFingerprint)
	if insecure := b.Heap(esp8266.PinInsecure); insecure != fingerprint {
		t.Errorf("insecure takes %d, fingerprint %d; they share a validator", insecure, fingerprint)
	}
	if got := fingerprint - key; got != 1452-28 {
		t.Errorf("fingerprint takes %d bytes more than public-key", got)
	}
	if got := b.Heap(esp8266.PinCA) - fingerprint; got != 3048-1452 {
		t.Errorf("ca takes %d bytes more than fingerprint", got)
	}
	if ca := b.Heap(esp8266.PinCA); ca > esp8266.HeapOfSketch {
		t.Errorf("ca takes %d bytes: no sketch could use it", ca)
	}
}
