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

// ---- wear -------------------------------------------------------------------

// LittleFS erases a block of 4 KB when it takes one into use. A file of more than 64 bytes (the
// cache of the core's LittleFS.h) lies in blocks of its own, the last of which is copied into a
// new one when something is appended after the file was closed. What is smaller lies in its
// folder's log, as every change to a name does, and each 4 KB of that log cost one more. How much
// of the log a change takes is set so that 2,000 readings that are written before they are sent
// cost what was measured with the core's own LittleFS: 2,474 erases.
constexpr size_t BLOCK = 4096, INLINE = 64, LOGGED = 160;
static unsigned long erases;
static size_t logged;

static void logChange() {
  logged += LOGGED;
  if (logged < BLOCK) return;
  logged -= BLOCK;
  erases++;
}

struct OpenFile {
  explicit OpenFile(FILE *file) : f(file), before(size()) {}
  OpenFile(const OpenFile &) = delete;
  ~OpenFile() {
    if (changed) {
      logChange();
      if (size() > INLINE) erases += (size() + BLOCK - 1) / BLOCK - before / BLOCK;
    }
    fclose(f);
  }
  size_t size() const {
    struct stat s;
    return fstat(fileno(f), &s) == 0 ? s.st_size : 0;
  }
  FILE *f;
  size_t before;
  bool changed = false;
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
  if (mode[0] == 'w' || (mode[0] == 'a' && !exists(path))) logChange();
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
  logChange();
  return unlink(hostPath(path).c_str()) == 0;
}

bool FS::rename(const char *from, const char *to) {
  spend();
  logChange();
  return ::rename(hostPath(from).c_str(), hostPath(to).c_str()) == 0;
}

size_t File::write(const uint8_t *bytes, size_t size) {
  static const long room = rig::number("RIG_FLASH_SIZE", 1 << 30);
  size_t n = 0;
  for (; open_ && n < size && static_cast<long>(this->size()) < room; n++) {
    spend();
    if (fputc(bytes[n], open_->f) == EOF) break;
    open_->changed = true;
  }
  return n;
}

int File::read(uint8_t *to, size_t size) { return open_ ? static_cast<int>(fread(to, 1, size, open_->f)) : -1; }
bool File::seek(uint32_t position) { return open_ && fseek(open_->f, position, SEEK_SET) == 0; }

size_t File::size() const { return open_ ? open_->size() : 0; }

bool File::truncate(uint32_t size) {
  spend();
  return open_ && ftruncate(fileno(open_->f), size) == 0;
}

void File::close() { open_ = nullptr; }

}  // namespace fs

unsigned long rig::flashErases() { return fs::erases; }
