// Counts readings since power-up. The number lives in RTC memory, which survives
// deep sleep and resets, but not a power failure.
#pragma once
#include <Arduino.h>

namespace counter {

struct Slot {
  uint32_t count;
  uint32_t check;  // tells a count from the noise that RTC memory holds after power-up
};

constexpr uint32_t CHECK = 0xe5905701;
static Slot slot = {0, 0};

// Goes one further.
static void step() {
  if (slot.check == 0) {
    ESP.rtcUserMemoryRead(0, reinterpret_cast<uint32_t *>(&slot), sizeof(slot));
    if (slot.check != (slot.count ^ CHECK)) slot.count = 0;
  }
  slot.count++;
  slot.check = slot.count ^ CHECK;
  ESP.rtcUserMemoryWrite(0, reinterpret_cast<uint32_t *>(&slot), sizeof(slot));
}

static unsigned long count() { return slot.count; }

}  // namespace counter
