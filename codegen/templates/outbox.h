// Readings wait here, in flash, until the server has them.
//
// The file /outbox is a row of entries; each is written, and safe, before it is first sent,
// and given up only after a 2xx. An entry that a power failure tore apart is found by its
// check and cut off; it is the only one that gets lost. The file /outbox.state holds the
// number of the next entry to send; LittleFS puts a renamed file in place at once or not at all.
#pragma once
#include <LittleFS.h>

class Outbox {
 public:
  // Opens the file system (formats it the first time) and finds what is still to be sent.
  // It borrows body to check the entries in.
  void begin(Body &body) {
    usable_ = LittleFS.begin() && loadState() && loadEntries(body);
    if (!usable_) {
      Serial.println(F("Outbox: the file system can't be used; readings wait in memory, one at a time."));
    } else if (waiting_ > 0) {
      Serial.printf_P(PSTR("Outbox: %lu readings from before are waiting.\n"), static_cast<unsigned long>(waiting_));
    }
  }

  bool empty() const { return waiting_ == 0 && !inMemory_; }

  // Says that body is about to be written anew; a reading that waits there only is lost.
  void releaseBody() {
    if (inMemory_) Serial.println(F("Outbox: the reading in memory was not delivered; it is lost."));
    inMemory_ = false;
  }

  // Keeps one more reading. When the outbox is full, the oldest one goes.
  void add(const Body &body) {
    const size_t needed = sizeof(Entry) + body.size();
    while (usable_ && waiting_ > 0 && end_ - head_ + needed > OUTBOX_MAX) {
      Serial.println(F("Outbox: full; the oldest reading is dropped."));
      if (!removeOldestStored()) break;
    }
    inMemory_ = !usable_ || end_ - head_ + needed > OUTBOX_MAX || !append(body);
    if (inMemory_) snprintf_P(key_, sizeof(key_), PSTR("\"%06lx-r%08lx\""), chip(), static_cast<unsigned long>(ESP.random()));
  }

  // Puts the oldest reading into body; false when it can't be had now.
  bool loadOldest(Body &body) {
    if (inMemory_) return true;  // it is in body still
    File file = LittleFS.open(LOG, "r");
    if (!file || !file.seek(head_)) return false;
    Entry entry;
    const bool good = readEntry(file, entry, body);
    file.close();
    if (!good) {
      Serial.println(F("Outbox: the oldest reading can't be read any more; it is dropped."));
      removeOldestStored();
      return false;
    }
    snprintf_P(key_, sizeof(key_), PSTR("\"%06lx-%08lx-%lu\""), chip(), static_cast<unsigned long>(state_.epoch),
               static_cast<unsigned long>(entry.id));
    return true;
  }

  // What tells this reading from all others, on this board and on all others.
  const char *key() const { return key_; }

  // Gives the reading up that loadOldest found.
  void removeOldest() {
    if (inMemory_) {
      inMemory_ = false;
    } else {
      removeOldestStored();
    }
  }

 private:
  static constexpr const char *LOG = "/outbox";
  static constexpr const char *LOG_NEW = "/outbox.new";
  static constexpr const char *STATE = "/outbox.state";
  static constexpr const char *STATE_NEW = "/outbox.state.new";

  struct Entry {
    uint32_t id;
    uint32_t size;   // of the body that follows
    uint32_t check;  // over id, size and body
  };

  struct State {
    uint32_t epoch;  // drawn by lot when the file system is new, so that numbers never repeat
    uint32_t next;   // the entries before this one are delivered
    uint32_t check;
  };

  static unsigned long chip() { return ESP.getChipId(); }

  // FNV-1a, 32 bits: plenty against torn writes.
  static uint32_t checksum(const void *data, size_t size, uint32_t sum = 2166136261u) {
    const uint8_t *bytes = static_cast<const uint8_t *>(data);
    for (size_t i = 0; i < size; i++) sum = (sum ^ bytes[i]) * 16777619u;
    return sum;
  }

  static uint32_t checkOf(const Entry &entry, const uint8_t *body) {
    return checksum(body, entry.size, checksum(&entry, offsetof(Entry, check)));
  }

  static bool readHeader(File &file, Entry &entry) {
    return file.read(reinterpret_cast<uint8_t *>(&entry), sizeof(entry)) == static_cast<int>(sizeof(entry)) &&
           entry.size <= Body::capacity();
  }

  static bool readEntry(File &file, Entry &entry, Body &body) {
    if (!readHeader(file, entry)) return false;
    if (file.read(body.room(), entry.size) != static_cast<int>(entry.size)) return false;
    body.loaded(entry.size);
    return entry.check == checkOf(entry, body.bytes());
  }

  // False when flash can't be read now; the entry stays then.
  bool removeOldestStored() {
    File file = LittleFS.open(LOG, "r");
    if (!file || !file.seek(head_)) return false;
    Entry entry;
    if (readHeader(file, entry)) {
      head_ += sizeof(entry) + entry.size;
      waiting_--;
      state_.next = entry.id + 1;
    } else {  // where the next one begins is unknown, too
      waiting_ = 0;
      state_.next = nextId_;
    }
    file.close();
    saveState();
    if (waiting_ == 0) {
      LittleFS.remove(LOG);
      head_ = end_ = 0;
    } else if (head_ > OUTBOX_MAX / 2) {
      compact();
    }
    return true;
  }

  bool append(const Body &body) {
    Entry entry = {nextId_, static_cast<uint32_t>(body.size()), 0};
    entry.check = checkOf(entry, body.bytes());
    File file = LittleFS.open(LOG, "a");
    bool written = file && file.write(reinterpret_cast<const uint8_t *>(&entry), sizeof(entry)) == sizeof(entry) &&
                   file.write(body.bytes(), body.size()) == body.size();
    file.close();
    const size_t end = end_ + sizeof(entry) + body.size();
    file = LittleFS.open(LOG, "r");  // a full flash shows only after closing
    written = written && file && file.size() == end;
    file.close();
    if (!written) {
      Serial.println(F("Outbox: flash is full or worn out; this reading waits in memory only."));
      cutOff();
      return false;
    }
    end_ = end;
    nextId_++;
    waiting_++;
    return true;
  }

  // Takes what a failed or torn write left behind off the end.
  void cutOff() {
    File file = LittleFS.open(LOG, "r+");
    if (file && file.size() > end_) file.truncate(end_);
    file.close();
  }

  // Goes through the file once, at start.
  bool loadEntries(Body &body) {
    LittleFS.remove(LOG_NEW);
    nextId_ = state_.next;
    File file = LittleFS.open(LOG, "r");
    if (!file) return true;  // nothing is waiting
    const size_t size = file.size();
    Entry entry;
    while (end_ < size && readEntry(file, entry, body)) {
      end_ += sizeof(entry) + entry.size;
      if (entry.id < state_.next) {
        head_ = end_;  // delivered before
      } else {
        waiting_++;
        nextId_ = entry.id + 1;
      }
      yield();
    }
    file.close();
    if (end_ < size) {
      Serial.println(F("Outbox: a reading was torn by a power failure; it is left out."));
      cutOff();
    }
    return true;
  }

  bool loadState() {
    LittleFS.remove(STATE_NEW);
    File file = LittleFS.open(STATE, "r");
    const bool loaded = file && file.read(reinterpret_cast<uint8_t *>(&state_), sizeof(state_)) == static_cast<int>(sizeof(state_)) &&
                        state_.check == checksum(&state_, offsetof(State, check));
    file.close();
    if (loaded) return true;
    state_ = {ESP.random(), 1, 0};
    return saveState();
  }

  // Opening a file for writing empties it at once, so the new state goes to a file of its own first.
  bool saveState() {
    state_.check = checksum(&state_, offsetof(State, check));
    File file = LittleFS.open(STATE_NEW, "w");
    const bool written = file && file.write(reinterpret_cast<const uint8_t *>(&state_), sizeof(state_)) == sizeof(state_);
    file.close();
    return written && LittleFS.rename(STATE_NEW, STATE);
  }

  // Copies what is still waiting to the front of a new file.
  void compact() {
    File from = LittleFS.open(LOG, "r");
    File to = LittleFS.open(LOG_NEW, "w");
    bool copied = from && to && from.seek(head_);
    uint8_t part[128];
    for (size_t left = end_ - head_; copied && left > 0;) {
      const int count = from.read(part, left < sizeof(part) ? left : sizeof(part));
      copied = count > 0 && to.write(part, count) == static_cast<size_t>(count);
      left -= copied ? count : 0;
      yield();
    }
    from.close();
    to.close();
    if (copied && LittleFS.rename(LOG_NEW, LOG)) {
      end_ -= head_;
      head_ = 0;
    } else {
      LittleFS.remove(LOG_NEW);  // it is tried again after the next delivery
    }
  }

  State state_ = {};
  uint32_t nextId_ = 1;
  uint32_t waiting_ = 0;   // entries from head_ to end_
  size_t head_ = 0;        // where the oldest entry begins
  size_t end_ = 0;         // where the last good entry ends
  bool usable_ = false;
  bool inMemory_ = false;  // one reading that flash would not take is in the sketch's body
  char key_[40] = "";
};
