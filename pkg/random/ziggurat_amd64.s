#include "textflag.h"

// LOAD keeps a table of 128 words in eight registers.
#define LOAD(table, a, b, c, d, e, f, g, h) \
	VMOVDQU32 0(table), a \
	VMOVDQU32 64(table), b \
	VMOVDQU32 128(table), c \
	VMOVDQU32 192(table), d \
	VMOVDQU32 256(table), e \
	VMOVDQU32 320(table), f \
	VMOVDQU32 384(table), g \
	VMOVDQU32 448(table), h

// LOOK_UP sets Z0 to the words of a table at the strips Z20. An instruction looks up in two registers by the lowest five bits; bits 5 and 6, in
// K1 and K2, choose among four of them.
#define LOOK_UP(a, b, c, d, e, f, g, h) \
	VMOVDQA32 Z20, Z0 \
	VMOVDQA32 Z20, Z1 \
	VMOVDQA32 Z20, Z2 \
	VMOVDQA32 Z20, Z3 \
	VPERMI2D b, a, Z0 \
	VPERMI2D d, c, Z1 \
	VPERMI2D f, e, Z2 \
	VPERMI2D h, g, Z3 \
	VMOVDQA32 Z1, K1, Z0 \
	VMOVDQA32 Z3, K1, Z2 \
	VMOVDQA32 Z2, K2, Z0

// NORMAL stores deviation times the eight positions Y times the eight widths W.
#define NORMAL(Y, W, at) \
	VCVTDQ2PD Y, Z24 \
	VCVTPS2PD W, Z30 \
	VMULPD Z30, Z24, Z24 \
	VMULPD Z25, Z24, Z24 \
	VCVTPD2PS Z24, Y \
	VMOVUPS Y, at(DI)

// func normalizeFast(normals *[64]float32, numbers *[64]uint64, deviation float64) (outside uint64)
TEXT ·normalizeFast(SB), NOSPLIT, $0-32
	MOVQ normals+0(FP), DI
	MOVQ numbers+8(FP), SI
	VBROADCASTSD deviation+16(FP), Z25
	LEAQ ·widths(SB), AX
	LEAQ ·inside(SB), BX
	LOAD(AX, Z4, Z5, Z6, Z7, Z8, Z9, Z10, Z11)
	LOAD(BX, Z12, Z13, Z14, Z15, Z16, Z17, Z18, Z19)
	MOVL $32, AX
	VPBROADCASTD AX, Z26
	MOVL $64, AX
	VPBROADCASTD AX, Z27
	VMOVDQU32 ·counters(SB), Z28
	VPADDD Z28, Z28, Z28 // the low halves of 16 numbers in two registers: 0, 2, 4 ...
	MOVL $1, AX
	VPBROADCASTD AX, Z29
	VPORD Z28, Z29, Z29 // the high halves
	XORL R8, R8
	MOVL $4, CX

sixteen:
	VMOVDQU32 0(SI), Z22
	VMOVDQU32 64(SI), Z23
	VMOVDQA32 Z28, Z21
	VPERMI2D Z23, Z22, Z21 // positions
	VMOVDQA32 Z29, Z20
	VPERMI2D Z23, Z22, Z20 // strips, in their lowest seven bits
	VPTESTMD Z26, Z20, K1
	VPTESTMD Z27, Z20, K2

	LOOK_UP(Z12, Z13, Z14, Z15, Z16, Z17, Z18, Z19)
	VPABSD Z21, Z22
	VPCMPUD $5, Z0, Z22, K3 // not below
	KMOVW K3, AX
	SHRQ $16, R8
	SHLQ $48, AX
	ORQ AX, R8

	LOOK_UP(Z4, Z5, Z6, Z7, Z8, Z9, Z10, Z11)
	VEXTRACTI64X4 $1, Z21, Y22
	VEXTRACTI64X4 $1, Z0, Y23
	NORMAL(Y21, Y0, 0)
	NORMAL(Y22, Y23, 32)

	ADDQ $128, SI
	ADDQ $64, DI
	SUBL $1, CX
	JNZ sixteen

	MOVQ R8, outside+24(FP)
	VZEROUPPER
	RET
