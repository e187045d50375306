// Signatures of bogde/HX711 0.7.5, src/HX711.h.
#pragma once
#include "fake.h"

class HX711 {
 public:
  void begin(byte dout, byte pd_sck, byte gain = 128) { (void)gain, fprintf(stderr, "HX711 on %d and %d\n", dout, pd_sck); }
  bool wait_ready_timeout(unsigned long timeout = 1000, unsigned long delay_ms = 0) { return (void)timeout, (void)delay_ms, fake::there("weight"); }
  long read_average(byte times = 10) { return (void)times, static_cast<long>(fake::value("weight")); }
};
