// Stands in for libraries/Wire/Wire.h of the core 3.1.2.
#pragma once
#include <Arduino.h>

class TwoWire {
 public:
  void begin(int sda, int scl) { fprintf(stderr, "i2c on %d and %d\n", sda, scl); }
};
static TwoWire Wire __attribute__((unused));
