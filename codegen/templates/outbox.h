// Readings wait here until the server has them.
//
// A new reading waits in RAM. It goes to flash when sending it failed, when RAM is full of
// others, before the board sleeps, or, where OUTBOX_WRITES_FIRST says so (config.h), at once.
// While the server is up, flash is left alone otherwise, since every write wears it.
//
// The file /readings is a row of entries, older than all that wait in RAM. An entry that a
// power failure tore apart is found by its check and cut off; it is the only one that gets lost.
// The file /readings.state holds the number of the next entry to send; LittleFS puts a renamed
// file in place at once or not at all. What the server refused, or what an older sketch left for
// another form or server, is set aside in /refused and never sent.
#pragma once
#include <LittleFS.h>

class Outbox {
 public:
  // Opens the file system (formats it the first time) and finds what is still to be sent.
  void begin() {
    start_ = ESP.random();
    number_ = ESP.random();
    usable_ = LittleFS.begin() && loadState() && loadEntries();
    if (!usable_) {
      Serial.println(F("Outbox: the file system can't be used; readings wait in memory."));
      return;
    }
    mendRefused();
    setOthersAside();
    if (stored_ > 0) Serial.printf_P(PSTR("Outbox: %lu readings from before are waiting.\n"), static_cast<unsigned long>(stored_));
    File file = LittleFS.open(REFUSED, "r");
    if (file && file.size() > 0) Serial.printf_P(PSTR("Outbox: %lu bytes of readings that can't be sent lie in /refused.\n"), static_cast<unsigned long>(file.size()));
  }

  bool empty() const { return stored_ == 0 && ramUsed_ == 0; }

  // Keeps one more reading. When there is no room, the oldest one goes. stamp is what
  // clock_ntp::stamp() said when it was taken.
  void add(const Body &body, uint32_t stamp) {
    const Entry entry = {0, start_, ++number_, stamp, FORM_SHAPE, static_cast<uint16_t>(body.size()), 0, 0};
    const size_t needed = sizeof(entry) + body.size();
    if (needed > OUTBOX_RAM) {
      addLong(entry, body);
      return;
    }
    if (ramUsed_ + needed > OUTBOX_RAM) save();
    while (ramUsed_ + needed > OUTBOX_RAM) {
      Serial.println(F("Outbox: memory is full; the oldest reading is dropped."));
      removeFromRam();
    }
    memcpy(ram_ + ramUsed_, &entry, sizeof(entry));
    memcpy(ram_ + ramUsed_ + sizeof(entry), body.bytes(), body.size());
    ramUsed_ += needed;
    if (OUTBOX_WRITES_FIRST) save();
  }

  // Puts the oldest reading into body; false when it can't be had now.
  bool loadOldest(Body &body) {
    if (stored_ > 0) {
      if (!loadStored(body)) return false;
    } else if (ramUsed_ > 0) {
      memcpy(&current_, ram_, sizeof(current_));
      memcpy(body.room(), ram_ + sizeof(current_), current_.size);
      body.loaded(current_.size);
    } else {
      return false;
    }
    seen_ = current_;
    nextAt_ = stored_ > 0 ? head_ + sizeof(current_) + current_.size : 0;
    nextStored_ = stored_ > 0 ? 1 : 0;
    nextInRam_ = stored_ > 0 ? 0 : sizeof(current_) + current_.size;
    snprintf_P(key_, sizeof(key_), PSTR("\"%06lx-%08lx-%08lx\""), static_cast<unsigned long>(ESP.getChipId()),
               static_cast<unsigned long>(current_.start), static_cast<unsigned long>(current_.number));
    return true;
  }

  // Puts the reading behind the one that was loaded last into body, to be sent along with it.
  bool loadNext(Body &body) {
    if (nextStored_ < stored_) {
      File file = LittleFS.open(LOG, "r");
      const bool good = file && file.seek(nextAt_) && readHeader(file, seen_) && seen_.shape == FORM_SHAPE && seen_.size <= Body::capacity() &&
                        file.read(body.room(), seen_.size) == static_cast<int>(seen_.size) && seen_.check == checkOf(seen_, body.room());
      file.close();
      if (!good) return false;  // it is dealt with when it is the oldest
      nextAt_ += sizeof(seen_) + seen_.size;
      nextStored_++;
    } else {
      if (nextInRam_ >= ramUsed_) return false;
      memcpy(&seen_, ram_ + nextInRam_, sizeof(seen_));
      memcpy(body.room(), ram_ + nextInRam_ + sizeof(seen_), seen_.size);
      nextInRam_ += sizeof(seen_) + seen_.size;
    }
    body.loaded(seen_.size);
    return true;
  }

  // The key of several readings that are sent together: the oldest one's, and how many.
  String keyOf(size_t count) const {
    String key(key_);
    if (count < 2) return key;
    key = key.substring(0, key.length() - 1);
    key += '+';
    key += String(static_cast<unsigned>(count));
    key += '"';
    return key;
  }

  // What tells the reading that loadOldest found from all others, on this board and on all
  // others, and its stamp.
  const char *key() const { return key_; }
  uint32_t start() const { return current_.start; }
  uint32_t number() const { return current_.number; }
  uint32_t stamp() const { return seen_.stamp; }  // of the one that was loaded last

  // True when it was taken since the board started last.
  bool takenSinceStart() const { return seen_.start == start_; }

  // Gives the reading up that loadOldest found.
  void remove() {
    if (stored_ > 0) {
      removeStored(current_);
    } else {
      removeFromRam();
    }
  }

  // Gives up the oldest ones, so many as were sent together. Flash is written once.
  void remove(size_t count) {
    File file = stored_ > 0 ? LittleFS.open(LOG, "r") : File();
    bool passed = false;
    for (Entry entry; count > 0 && stored_ > 0 && file && file.seek(head_) && readHeader(file, entry); count--) {
      pass(entry);
      passed = true;
    }
    file.close();
    if (passed) settle();
    if (stored_ > 0) return;
    for (; count > 0 && ramUsed_ > 0; count--) removeFromRam();
  }

  // Gives it up, too, but keeps it in /refused if there is room. status is what the server said.
  void setAside(const Body &body, int status) {
    refused_++;
    current_.status = static_cast<int16_t>(status);
    current_.check = checkOf(current_, body.bytes());
    File file = usable_ ? LittleFS.open(REFUSED, "a") : File();
    const size_t needed = sizeof(current_) + current_.size;
    const bool kept = file && file.size() + needed <= REFUSED_MAX &&
                      file.write(reinterpret_cast<const uint8_t *>(&current_), sizeof(current_)) == sizeof(current_) &&
                      file.write(body.bytes(), current_.size) == current_.size;
    file.close();
    if (!kept) mendRefused();
    Serial.printf_P(PSTR("SET ASIDE: the reading %s after status %d; %s. %lu since the start.\n"), key_, status,
                    kept ? "it lies in /refused" : "there is no room to keep it", refused_);
    remove();
  }

  // Writes what waits in RAM to flash: after a failure, and before the board sleeps.
  void save() {
    if (!usable_ || ramUsed_ == 0 || !makeRoom(ramUsed_)) return;
    uint32_t count = 0;
    for (size_t at = 0; at < ramUsed_; count++) {
      Entry entry;
      memcpy(&entry, ram_ + at, sizeof(entry));
      entry.seq = nextSeq_ + count;
      entry.check = checkOf(entry, ram_ + at + sizeof(entry));
      memcpy(ram_ + at, &entry, sizeof(entry));
      at += sizeof(entry) + entry.size;
    }
    if (!append(ram_, ramUsed_, nullptr, 0, count)) return;
    ramUsed_ = 0;
  }

 private:
  static constexpr const char *LOG = "/readings";
  static constexpr const char *LOG_NEW = "/readings.new";
  static constexpr const char *STATE = "/readings.state";
  static constexpr const char *STATE_NEW = "/readings.state.new";
  static constexpr const char *REFUSED = "/refused";

  struct Entry {
    uint32_t seq;            // its place in the file
    uint32_t start, number;  // of the board and of the reading, drawn by lot and counted up
    uint32_t stamp;
    uint32_t shape;          // FORM_SHAPE of the sketch that wrote it
    uint16_t size;           // of the body that follows
    int16_t status;          // in /refused: what the server said, 0 for another form
    uint32_t check;          // over all of this and the body
  };

  struct State {
    uint32_t next;  // the entries before this one are delivered or set aside
    uint32_t check;
  };

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
    return file.read(reinterpret_cast<uint8_t *>(&entry), sizeof(entry)) == static_cast<int>(sizeof(entry));
  }

  // Reads an entry and checks it, whatever its size; this sketch's body may be shorter.
  static bool checkEntry(File &file, Entry &entry) {
    if (!readHeader(file, entry)) return false;
    uint32_t sum = checksum(&entry, offsetof(Entry, check));
    uint8_t part[64];
    for (size_t left = entry.size; left > 0;) {
      const int count = file.read(part, left < sizeof(part) ? left : sizeof(part));
      if (count <= 0) return false;
      sum = checksum(part, count, sum);
      left -= count;
    }
    return sum == entry.check;
  }

  static bool copy(File &from, File &to, size_t size) {
    uint8_t part[128];
    while (size > 0) {
      const int count = from.read(part, size < sizeof(part) ? size : sizeof(part));
      if (count <= 0 || to.write(part, count) != static_cast<size_t>(count)) return false;
      size -= count;
      yield();
    }
    return true;
  }

  void removeFromRam() {
    Entry entry;
    memcpy(&entry, ram_, sizeof(entry));
    const size_t size = sizeof(entry) + entry.size;
    ramUsed_ -= size;
    memmove(ram_, ram_ + size, ramUsed_);
  }

  // A reading that RAM has no room for goes to flash at once.
  void addLong(Entry entry, const Body &body) {
    save();
    entry.seq = nextSeq_;
    entry.check = checkOf(entry, body.bytes());
    const size_t size = sizeof(entry) + body.size();
    if (ramUsed_ == 0 && usable_ && makeRoom(size) &&
        append(reinterpret_cast<const uint8_t *>(&entry), sizeof(entry), body.bytes(), body.size(), 1)) return;
    Serial.println(F("Outbox: a reading that long finds no place but flash; it is dropped."));
  }

  // Drops the oldest readings in flash until size bytes fit.
  bool makeRoom(size_t size) {
    while (stored_ > 0 && end_ - head_ + size > OUTBOX_MAX) {
      Serial.println(F("Outbox: full; the oldest reading is dropped."));
      File file = LittleFS.open(LOG, "r");
      Entry entry = {};
      const bool found = file && file.seek(head_) && readHeader(file, entry);
      file.close();
      if (!found) return false;
      removeStored(entry);
    }
    return end_ - head_ + size <= OUTBOX_MAX;
  }

  bool loadStored(Body &body) {
    File file = LittleFS.open(LOG, "r");
    if (!file || !file.seek(head_) || !readHeader(file, current_)) return false;
    const bool ours = current_.shape == FORM_SHAPE && current_.size <= Body::capacity();
    const bool good = ours && file.read(body.room(), current_.size) == static_cast<int>(current_.size) &&
                      current_.check == checkOf(current_, body.room());
    file.close();
    if (good) {
      body.loaded(current_.size);
      return true;
    }
    if (ours) {
      Serial.println(F("Outbox: the oldest reading can't be read any more; it is dropped."));
      removeStored(current_);
    } else {
      setOthersAside();
    }
    return false;
  }

  void removeStored(const Entry &entry) {
    pass(entry);
    settle();
  }

  // Leaves an entry at the beginning behind.
  void pass(const Entry &entry) {
    head_ += sizeof(entry) + entry.size;
    stored_--;
    state_.next = entry.seq + 1;
  }

  // Writes down how far the file is done with.
  void settle() {
    saveState();
    if (stored_ == 0) {
      LittleFS.remove(LOG);
      head_ = end_ = 0;
    } else if (head_ > OUTBOX_MAX / 2) {
      compact();
    }
  }

  // Sets aside what waits at the beginning for another form or another server.
  void setOthersAside() {
    File file = LittleFS.open(LOG, "r");
    File aside;
    unsigned long moved = 0, lost = 0;
    Entry entry;
    while (stored_ > 0 && file && file.seek(head_) && readHeader(file, entry) &&
           (entry.shape != FORM_SHAPE || entry.size > Body::capacity())) {
      if (!aside) aside = LittleFS.open(REFUSED, "a");
      const size_t size = sizeof(entry) + entry.size;
      const bool room = aside && aside.size() + size <= REFUSED_MAX && file.seek(head_);
      if (room && copy(file, aside, size)) {
        moved++;
      } else {
        lost++;
      }
      pass(entry);
    }
    file.close();
    aside.close();
    if (moved + lost == 0) return;
    settle();
    Serial.printf_P(PSTR("SET ASIDE: %lu readings were taken for another form or server and are not sent; they lie in /refused"), moved);
    if (lost > 0) Serial.printf_P(PSTR(", but %lu found no room there"), lost);
    Serial.println('.');
  }

  // Writes count entries behind those that are there, in one or two parts.
  bool append(const uint8_t *one, size_t size, const uint8_t *two, size_t sizeTwo, uint32_t count) {
    File file = LittleFS.open(LOG, "a");
    bool written = file && file.write(one, size) == size && (sizeTwo == 0 || file.write(two, sizeTwo) == sizeTwo);
    file.close();
    const size_t end = end_ + size + sizeTwo;
    file = LittleFS.open(LOG, "r");  // a full flash shows only after closing
    written = written && file && file.size() == end;
    file.close();
    if (!written) {
      Serial.println(F("Outbox: flash is full or worn out; readings wait in memory only."));
      cutOff();
      return false;
    }
    end_ = end;
    nextSeq_ += count;
    stored_ += count;
    return true;
  }

  // Takes what a failed or torn write left behind off the end.
  void cutOff() {
    File file = LittleFS.open(LOG, "r+");
    if (file && file.size() > end_) file.truncate(end_);
    file.close();
  }

  // Takes a torn entry off the end of /refused, so that the next one begins where it is looked for.
  static void mendRefused() {
    File file = LittleFS.open(REFUSED, "r+");
    Entry entry;
    for (size_t at = 0; file && at < file.size(); at += sizeof(entry) + entry.size) {
      if (!file.seek(at) || !readHeader(file, entry) || at + sizeof(entry) + entry.size > file.size()) {
        file.truncate(at);
        break;
      }
      yield();
    }
    file.close();
  }

  // Goes through the file once, at start.
  bool loadEntries() {
    LittleFS.remove(LOG_NEW);
    nextSeq_ = state_.next;
    File file = LittleFS.open(LOG, "r");
    if (!file) return true;  // nothing is waiting
    const size_t size = file.size();
    Entry entry;
    while (end_ < size && checkEntry(file, entry)) {
      end_ += sizeof(entry) + entry.size;
      if (entry.seq < state_.next) {
        head_ = end_;  // done with before
      } else {
        stored_++;
        nextSeq_ = entry.seq + 1;
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
    state_ = {1, 0};
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
    const bool copied = from && to && from.seek(head_) && copy(from, to, end_ - head_);
    from.close();
    to.close();
    if (copied && LittleFS.rename(LOG_NEW, LOG)) {
      end_ -= head_;
      head_ = 0;
    } else {
      LittleFS.remove(LOG_NEW);  // it is tried again after the next delivery
    }
  }

  uint8_t ram_[OUTBOX_RAM];
  size_t ramUsed_ = 0;
  uint32_t start_ = 0, number_ = 0;
  Entry current_ = {};     // what loadOldest found
  Entry seen_ = {};        // it, or what loadNext found
  size_t nextAt_ = 0, nextInRam_ = 0;  // where loadNext goes on
  uint32_t nextStored_ = 0;
  State state_ = {};
  uint32_t nextSeq_ = 1;
  uint32_t stored_ = 0;    // entries from head_ to end_
  size_t head_ = 0;        // where the oldest entry begins
  size_t end_ = 0;         // where the last good entry ends
  bool usable_ = false;
  unsigned long refused_ = 0;
  char key_[40] = "";
};
