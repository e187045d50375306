// What survives deep sleep and resets, but not a power failure: a few numbers in RTC memory.
#pragma once
#include <Arduino.h>

namespace remember {

struct Slot {
  uint32_t pin;            // which of FINGERPRINTS worked last
  uint32_t failedWakes;    // in a row
  uint32_t start, number;  // of the reading that the server refused
  uint32_t refusals;       // and how often
  uint32_t check;          // tells all this from the noise that RTC memory holds after power-up
};

constexpr uint32_t OFFSET = 32;  // in blocks of four bytes; updates over the air use those before
static Slot slot = {};

static uint32_t checkOf(const Slot &s) {
  return 0xe5905702 ^ s.pin ^ s.failedWakes << 4 ^ s.start ^ s.number ^ s.refusals << 8;
}

static void begin() {
  ESP.rtcUserMemoryRead(OFFSET, reinterpret_cast<uint32_t *>(&slot), sizeof(slot));
  if (slot.check != checkOf(slot)) slot = {};
}

static void save() {
  slot.check = checkOf(slot);
  ESP.rtcUserMemoryWrite(OFFSET, reinterpret_cast<uint32_t *>(&slot), sizeof(slot));
}

// Counts a refusal of a reading and returns how many that makes.
static uint32_t refused(uint32_t start, uint32_t number) {
  if (slot.start != start || slot.number != number) slot.refusals = 0;
  slot.start = start;
  slot.number = number;
  slot.refusals++;
  save();
  return slot.refusals;
}

}  // namespace remember
