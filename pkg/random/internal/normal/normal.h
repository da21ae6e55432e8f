#include <stddef.h>
#include <stdint.h>

// A group's blocks, as many as the widest vectors have lanes.
#define BLOCKS 16

// normal_form returns the fastest form that this processor runs: 0 is the one for all processors, 1 with AVX2, 2 with AVX-512. Slower ones run too.
int normal_form(void);

// normal_fill writes whole groups of 64 numbers each, the first being that of number group.
void normal_fill(int form, float *values, size_t groups, const uint32_t key[4], uint64_t group, float deviation);
