// Signatures of adafruit/Adafruit_BME280_Library 2.2.4, Adafruit_BME280.h.
#pragma once
#include "fake.h"
#include "Wire.h"

class Adafruit_BME280 {
 public:
  bool begin(uint8_t addr = 0x77, TwoWire *theWire = &Wire) { return (void)theWire, fprintf(stderr, "BME280 at %02x\n", addr), fake::any(); }
  float readTemperature(void) { return fake::value("temperature"); }
  float readPressure(void) { return fake::value("pressure") * 100; }
  float readHumidity(void) { return fake::value("humidity"); }
};
