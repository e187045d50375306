// Signatures of adafruit/Adafruit_BMP280_Library 2.6.8, Adafruit_BMP280.h.
#pragma once
#include "fake.h"
#include "Wire.h"

class Adafruit_BMP280 {
 public:
  Adafruit_BMP280(TwoWire *theWire = &Wire) { (void)theWire; }
  bool begin(uint8_t addr = 0x77, uint8_t chipid = 0x58) { return (void)chipid, fprintf(stderr, "BMP280 at %02x\n", addr), fake::any(); }
  float readTemperature() { return fake::value("temperature"); }
  float readPressure(void) { return fake::value("pressure") * 100; }
};
