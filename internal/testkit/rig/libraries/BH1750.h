// Signatures of claws/BH1750 1.3.0, src/BH1750.h.
#pragma once
#include "fake.h"
#include "Wire.h"

class BH1750 {
 public:
  enum Mode { UNCONFIGURED = 0, CONTINUOUS_HIGH_RES_MODE = 0x10 };
  BH1750(byte addr = 0x23) { (void)addr; }
  bool begin(Mode mode = CONTINUOUS_HIGH_RES_MODE, byte addr = 0x23, TwoWire *i2c = nullptr) {
    return (void)mode, (void)i2c, fprintf(stderr, "BH1750 at %02x\n", addr), true;
  }
  float readLightLevel() { return fake::there("light") ? fake::value("light") : -1; }
};
