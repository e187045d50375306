// libraries/LittleFS and cores/esp8266/FS.h, over a folder of the host.
#pragma once
#include <memory>
#include "Arduino.h"

namespace fs {

struct OpenFile;

class File {
 public:
  explicit File(std::shared_ptr<OpenFile> open = nullptr) : open_(open) {}
  explicit operator bool() const { return open_ != nullptr; }
  size_t write(const uint8_t *bytes, size_t size);
  int read(uint8_t *to, size_t size);
  bool seek(uint32_t position);
  size_t size() const;
  bool truncate(uint32_t size);
  void close();

 private:
  std::shared_ptr<OpenFile> open_;
};

class FS {
 public:
  bool begin();
  File open(const char *path, const char *mode);
  bool exists(const char *path);
  bool remove(const char *path);
  bool rename(const char *from, const char *to);
};

}  // namespace fs

using fs::File;
extern fs::FS LittleFS;
