// What a sketch may rely on in LittleFS, and what not: opening with "w" empties the file in
// flash at once (core LittleFS.cpp, open: lfs_file_sync follows lfs_file_open), a rename
// replaces in one step. This shim writes bytes as they come, so a power failure (RIG_TEAR, or
// a kill) tears a write anywhere: harsher than the real one, which shows a write only when
// the file is closed.
#include "LittleFS.h"
#include "rig.h"

#include <sys/stat.h>
#include <unistd.h>

fs::FS LittleFS;

namespace fs {

struct OpenFile {
  explicit OpenFile(FILE *file) : f(file) {}
  OpenFile(const OpenFile &) = delete;
  ~OpenFile() { fclose(f); }
  FILE *f;
};

static std::string hostPath(const char *path) { return std::string(rig::env("RIG_FLASH", "")) + "/fs" + path; }

static long written;

// Counts one change to the flash; the power fails when the time has come.
static void spend() {
  static const long tear = rig::number("RIG_TEAR", -1);
  if (tear >= 0 && written++ >= tear) _exit(99);
}

bool FS::begin() {
  if (!*rig::env("RIG_FLASH", "")) return false;
  mkdir(hostPath("").c_str(), 0755);
  return true;
}

File FS::open(const char *path, const char *mode) {
  if (mode[0] != 'r') spend();
  const std::string m = std::string(1, mode[0]) + "b" + (mode[1] ? "+" : "");
  FILE *f = fopen(hostPath(path).c_str(), m.c_str());
  if (!f) return File();
  setvbuf(f, nullptr, _IONBF, 0);
  return File(std::make_shared<OpenFile>(f));
}

bool FS::exists(const char *path) { return access(hostPath(path).c_str(), F_OK) == 0; }

bool FS::remove(const char *path) {
  if (!exists(path)) return false;
  spend();
  return unlink(hostPath(path).c_str()) == 0;
}

bool FS::rename(const char *from, const char *to) {
  spend();
  return ::rename(hostPath(from).c_str(), hostPath(to).c_str()) == 0;
}

size_t File::write(const uint8_t *bytes, size_t size) {
  static const long room = rig::number("RIG_FLASH_SIZE", 1 << 30);
  size_t n = 0;
  for (; open_ && n < size && static_cast<long>(this->size()) < room; n++) {
    spend();
    if (fputc(bytes[n], open_->f) == EOF) break;
  }
  return n;
}

int File::read(uint8_t *to, size_t size) { return open_ ? static_cast<int>(fread(to, 1, size, open_->f)) : -1; }
bool File::seek(uint32_t position) { return open_ && fseek(open_->f, position, SEEK_SET) == 0; }

size_t File::size() const {
  struct stat s;
  return open_ && fstat(fileno(open_->f), &s) == 0 ? s.st_size : 0;
}

bool File::truncate(uint32_t size) {
  spend();
  return open_ && ftruncate(fileno(open_->f), size) == 0;
}

void File::close() { open_ = nullptr; }

}  // namespace fs
