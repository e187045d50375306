// What survives deep sleep and resets, but not a power failure: a few numbers in RTC memory.
//
// The sketch has 128 blocks of four bytes there (core Esp.cpp: of system_rtc_mem_read's 192, those
// from 64 on). Updates over the air use the first 32 of them for themselves, and so will the boot
// loader; only the counter lies there. Then come this slot and, with deep sleep, sleep.h's.
#pragma once
#include <Arduino.h>

namespace remember {

// FNV-1a, 32 bits: plenty to tell a slot from the noise that RTC memory holds after power-up.
static uint32_t checksum(const void *data, size_t size, uint32_t sum = 2166136261u) {
  const uint8_t *bytes = static_cast<const uint8_t *>(data);
  for (size_t i = 0; i < size; i++) sum = (sum ^ bytes[i]) * 16777619u;
  return sum;
}

// Reads a slot, which ends with its check; false, and all zero, when it isn't one.
template <typename Slot>
bool read(uint32_t block, Slot &slot) {
  static_assert(sizeof(Slot) % 4 == 0, "RTC memory has blocks of four bytes");
  ESP.rtcUserMemoryRead(block, reinterpret_cast<uint32_t *>(&slot), sizeof(slot));
  const bool good = slot.check == checksum(&slot, offsetof(Slot, check));
  if (!good) memset(static_cast<void *>(&slot), 0, sizeof(slot));
  return good;
}

template <typename Slot>
void write(uint32_t block, Slot &slot) {
  slot.check = checksum(&slot, offsetof(Slot, check));
  ESP.rtcUserMemoryWrite(block, reinterpret_cast<uint32_t *>(&slot), sizeof(slot));
}

struct Slot {
  uint32_t pin;            // which of the ways to know the server worked last
  uint32_t failedWakes;    // in a row
  uint32_t start, number;  // of the reading that the server refused
  uint32_t refusals;       // and how often
  uint32_t untilLook;      // with deep sleep: in how many seconds the board looks for signed pins
  uint32_t check;
};

constexpr uint32_t BLOCK = 32;  // 7 blocks
static Slot slot = {};

static void begin() { read(BLOCK, slot); }
static void save() { write(BLOCK, slot); }

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
