// Flash is memory like any other on the host (the core's pgmspace.h).
#pragma once
#include <cstring>

typedef const char *PGM_P;
typedef const void *PGM_VOID_P;
#define PROGMEM
#define PSTR(s) (__extension__({ static const char text__[] PROGMEM = (s); &text__[0]; }))

class __FlashStringHelper;
#define FPSTR(p) (reinterpret_cast<const __FlashStringHelper *>(p))
#define F(s) (FPSTR(PSTR(s)))

#define pgm_read_byte(p) (*reinterpret_cast<const uint8_t *>(p))
#define memcpy_P memcpy
#define memcmp_P memcmp
#define strlen_P strlen
#define strcmp_P strcmp
#define strncmp_P strncmp
#define snprintf_P snprintf
