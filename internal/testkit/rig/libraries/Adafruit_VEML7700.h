// Signatures of adafruit/Adafruit_VEML7700 2.1.6, Adafruit_VEML7700.h.
#pragma once
#include "fake.h"
#include "Wire.h"

enum luxMethod { VEML_LUX_NORMAL, VEML_LUX_CORRECTED, VEML_LUX_AUTO };

class Adafruit_VEML7700 {
 public:
  bool begin(TwoWire *theWire = &Wire) { return (void)theWire, fake::there("light"); }
  float readLux(luxMethod method = VEML_LUX_NORMAL) { return (void)method, fake::value("light"); }
};
