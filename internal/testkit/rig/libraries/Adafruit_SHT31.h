// Signatures of adafruit/Adafruit_SHT31 2.2.2, Adafruit_SHT31.h.
#pragma once
#include "fake.h"
#include "Wire.h"

class Adafruit_SHT31 {
 public:
  Adafruit_SHT31(TwoWire *theWire = &Wire) { (void)theWire; }
  bool begin(uint8_t i2caddr = 0x44) { return fprintf(stderr, "SHT31 at %02x\n", i2caddr), fake::any(); }
  bool readBoth(float *temperature_out, float *humidity_out) {
    *temperature_out = fake::value("temperature");
    *humidity_out = fake::value("humidity");
    return fake::any();
  }
};
