#include <stddef.h>
#include <stdint.h>

// A group's blocks, as many as the widest vectors have lanes.
#define BLOCKS 16

// normal_fill writes whole groups of 64 numbers each, the first being that of number group. Form 0 is for all
// processors, and on x86-64 form 1 for those with AVX2, and 2 for those with AVX-512.
void normal_fill(int form, float *values, size_t groups, const uint32_t key[4], uint64_t group, float deviation);
