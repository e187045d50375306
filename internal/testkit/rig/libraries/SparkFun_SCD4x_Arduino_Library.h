// Signatures of sparkfun/SparkFun_SCD4x_Arduino_Library 1.1.2, src/SparkFun_SCD4x_Arduino_Library.h.
#pragma once
#include "fake.h"
#include "Wire.h"

class SCD4x {
 public:
  bool begin(TwoWire &wirePort = Wire, bool measBegin = true, bool autoCalibrate = true, bool skipStopPeriodicMeasurements = false, bool pollAndSetDeviceType = true) {
    return (void)wirePort, (void)measBegin, (void)autoCalibrate, (void)skipStopPeriodicMeasurements, (void)pollAndSetDeviceType, true;
  }
  bool readMeasurement(void) { return fake::there("co2"); }
  uint16_t getCO2(void) { return static_cast<uint16_t>(fake::value("co2")); }
  float getHumidity(void) { return fake::value("humidity"); }
  float getTemperature(void) { return fake::value("temperature"); }
};
