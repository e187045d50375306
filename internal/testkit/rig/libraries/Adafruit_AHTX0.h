// Signatures of adafruit/Adafruit_AHTX0 2.0.5, Adafruit_AHTX0.h, and the members of Adafruit_Sensor.h 1.1.15 that it fills.
#pragma once
#include "fake.h"
#include "Wire.h"

struct sensors_event_t {
  union {
    float temperature;
    float relative_humidity;
  };
};

class Adafruit_AHTX0 {
 public:
  bool begin(TwoWire *wire = &Wire, int32_t sensor_id = 0, uint8_t i2c_address = 0x38) {
    return (void)wire, (void)sensor_id, fprintf(stderr, "AHT20 at %02x\n", i2c_address), fake::any();
  }
  bool getEvent(sensors_event_t *humidity, sensors_event_t *temp) {
    humidity->relative_humidity = fake::value("humidity");
    temp->temperature = fake::value("temperature");
    return fake::any();
  }
};
