// Signatures of adafruit/Adafruit_Si7021 1.5.3, Adafruit_Si7021.h.
#pragma once
#include "fake.h"
#include "Wire.h"

class Adafruit_Si7021 {
 public:
  Adafruit_Si7021(TwoWire *theWire = &Wire) { (void)theWire; }
  bool begin() { return fake::any(); }
  float readTemperature() { return fake::value("temperature"); }
  float readHumidity() { return fake::value("humidity"); }
};
