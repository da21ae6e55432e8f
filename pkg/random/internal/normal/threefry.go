package normal

import "math/bits"

// Key names a stream of blocks.
type Key [4]uint32

// Block returns block number counter of the stream of a key: Threefry-4x32 with the usual 20 rounds (Salmon,
// Moraes, Dror and Shaw, 2011, "Parallel random numbers: as easy as 1, 2, 3"), of which 12 are enough to pass
// every test of TestU01's BigCrush. It takes sums, rotations and exclusive ors of 32 bits alone, which all
// processors have for vectors. Blocks are independent numbers of 4 × 32 bits, in whatever order they are
// asked for.
func Block(key *Key, counter [4]uint32) [4]uint32 {
	k := [5]uint32{key[0], key[1], key[2], key[3], 0x1bd11bda ^ key[0] ^ key[1] ^ key[2] ^ key[3]}
	a, b, c, d := counter[0]+k[0], counter[1]+k[1], counter[2]+k[2], counter[3]+k[3]
	for n := uint32(1); ; n++ {
		a, b, c, d = two(a, b, c, d, 10, 26, 11, 21)
		a, b, c, d = two(a, b, c, d, 13, 27, 23, 5)
		a, b, c, d = a+k[n%5], b+k[(n+1)%5], c+k[(n+2)%5], d+k[(n+3)%5]+n
		if n == 5 {
			return [4]uint32{a, b, c, d}
		}
		n++
		a, b, c, d = two(a, b, c, d, 6, 20, 17, 11)
		a, b, c, d = two(a, b, c, d, 25, 10, 18, 20)
		a, b, c, d = a+k[n%5], b+k[(n+1)%5], c+k[(n+2)%5], d+k[(n+3)%5]+n
	}
}

// two are two rounds, which rotate by the numbers of bits given.
func two(a, b, c, d uint32, n0, n1, n2, n3 int) (uint32, uint32, uint32, uint32) {
	a, c = a+b, c+d
	b, d = bits.RotateLeft32(b, n0)^a, bits.RotateLeft32(d, n1)^c
	a, c = a+d, c+b
	return a, bits.RotateLeft32(b, n3) ^ c, c, bits.RotateLeft32(d, n2) ^ a
}
