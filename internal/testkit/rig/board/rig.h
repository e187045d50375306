// What the shim's parts share: the virtual clock, the heap's account, the environment.
#pragma once
#include <cstddef>
#include <cstdint>

namespace rig {

const char *env(const char *name, const char *otherwise);
long number(const char *name, long otherwise);

uint64_t nowMicros();                 // virtual, since start
void skip(uint64_t micros);           // lets virtual time pass
void edge(int pin, int level);        // now, with its interrupt
double scripted(const char *name, double otherwise);  // what RIG_SCRIPT says that it measures now
void waitReadable(int fd, int millis);  // waits in real time
void waited(int millis);              // for the network, in real time, and nothing came
void spoken();                        // something came or went: patience begins anew

size_t heapUsed();
size_t heapPeak();
size_t heapSize();

unsigned long flashErases();          // of blocks, as LittleFS would have made them

void stop();                          // ends the run after this loop
extern int rounds;                    // loops so far

}  // namespace rig
