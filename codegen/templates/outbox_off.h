// The newest reading, which waits in the sketch's body until the server has it or the next one
// is taken.
#pragma once
#include <Arduino.h>

class Outbox {
 public:
  void begin() {
    start_ = ESP.random();
    number_ = ESP.random();
  }

  bool empty() const { return !waiting_; }

  // Says that body is about to be written anew.
  void release() {
    if (waiting_) Serial.println(F("The reading before was not delivered; it is lost, since nothing is kept offline."));
    waiting_ = false;
  }

  // Keeps what is in body. stamp is what clock_ntp::stamp() said when it was taken.
  void add(const Body &, uint32_t stamp) {
    waiting_ = true;
    stamp_ = stamp;
    snprintf_P(key_, sizeof(key_), PSTR("\"%06lx-%08lx-%08lx\""), static_cast<unsigned long>(ESP.getChipId()),
               static_cast<unsigned long>(start_), static_cast<unsigned long>(++number_));
  }

  bool loadOldest(Body &) { return waiting_; }
  bool loadNext(Body &) { return false; }

  // What tells this reading from all others, on this board and on all others, and its stamp.
  String keyOf(size_t) const { return key_; }
  const char *key() const { return key_; }
  uint32_t start() const { return start_; }
  uint32_t number() const { return number_; }
  uint32_t stamp() const { return stamp_; }
  bool takenSinceStart() const { return true; }

  void remove() { waiting_ = false; }
  void remove(size_t) { waiting_ = false; }

  // Gives the reading up. status is what the server said.
  void setAside(const Body &, int status) {
    Serial.printf_P(PSTR("SET ASIDE: the reading %s after status %d; nothing is kept of it. %lu since the start.\n"), key_, status,
                    ++refused_);
    waiting_ = false;
  }

  void save() {}  // there is nowhere to

 private:
  uint32_t start_ = 0, number_ = 0, stamp_ = 0;
  unsigned long refused_ = 0;
  bool waiting_ = false;
  char key_[40] = "";
};
