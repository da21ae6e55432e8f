package backend

// #include <malloc.h>
//
// // Lets the C library keep what XLA frees, for its next step. By default glibc gives blocks above 128 KiB, such as a layer's weights or states,
// // back to the system, and all memory of a thread other than the first as soon as nothing of it is in use; the system clears each page when it
// // comes again. That is a fifth of the time of a convolutional net. A process so keeps the most that it has held. It must be said before a
// // second thread allocates: threads stay with the memory they began with.
// __attribute__((constructor)) static void keep_memory(void) {
// #ifdef __GLIBC__
//   mallopt(M_ARENA_MAX, 1);
//   mallopt(M_MMAP_MAX, 0);
//   mallopt(M_TRIM_THRESHOLD, -1);
// #endif
// }
import "C"
