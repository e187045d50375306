// cores/esp8266/StackThunk.h: functions that run on a second stack.
#pragma once
#include <cstdint>

extern "C" {
void stack_thunk_add_ref();
void stack_thunk_del_ref();
}

// The core's works for any arguments that fit into registers; this one for one pointer.
#define make_stack_thunk(f) \
  uint32_t thunk_##f(const void *argument) { return f(argument); } \
  static_assert(true, "takes the semicolon")
