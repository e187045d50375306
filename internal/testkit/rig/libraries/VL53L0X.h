// Signatures of pololu/vl53l0x-arduino 1.3.1, VL53L0X.h.
#pragma once
#include "fake.h"
#include "Wire.h"

class VL53L0X {
 public:
  bool init(bool io_2v8 = true) { return io_2v8; }
  void setTimeout(uint16_t timeout) { (void)timeout; }
  uint16_t readRangeSingleMillimeters() { return fake::there("distance") ? static_cast<uint16_t>(fake::value("distance")) : 65535; }
};
