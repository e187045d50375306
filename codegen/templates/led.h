// The LED: one short blink for a delivered reading, three for a failure.
#pragma once
#include <Arduino.h>

namespace led {

static void begin() {
  pinMode(LED_PIN, OUTPUT);
  digitalWrite(LED_PIN, HIGH);
}

static void show(bool delivered) {
  for (int blinks = delivered ? 1 : 3; blinks > 0; blinks--) {
    digitalWrite(LED_PIN, LOW);
    delay(60);
    digitalWrite(LED_PIN, HIGH);
    delay(120);
  }
}

}  // namespace led
