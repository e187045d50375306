// Signatures of PaulStoffregen/OneWire 2.3.8, OneWire.h.
#pragma once
#include "fake.h"

class OneWire {
 public:
  OneWire(uint8_t pin) { begin(pin); }
  void begin(uint8_t pin) { fprintf(stderr, "one wire on %d\n", pin); }
};
