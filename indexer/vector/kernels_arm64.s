#include "textflag.h"

// What these compute is said in Go in kernels.go: dotRowsGo and dotFloatsGo. The assembler lacks the
// instructions that are given as words.

// func dotRowsNEON(out *int32, codes *byte, stride int, rows *uint32, n int, query *byte)
//
// SMULL and SMULL2 make 16-bit products of 16 codes, SADALP adds pairs of them up in 32 bits. n is at
// least 1.
TEXT ·dotRowsNEON(SB), NOSPLIT, $0-48
	MOVD out+0(FP), R0
	MOVD codes+8(FP), R1
	MOVD stride+16(FP), R2
	MOVD rows+24(FP), R3
	MOVD n+32(FP), R4
	MOVD query+40(FP), R5

row:
	MOVWU.P 4(R3), R6
	MADD    R2, R1, R6, R6
	MOVD    R5, R7
	MOVD    R2, R8
	VEOR    V0.B16, V0.B16, V0.B16
	VEOR    V1.B16, V1.B16, V1.B16

pair:
	VLD1.P 32(R6), [V2.B16, V3.B16]
	VLD1.P 32(R7), [V4.B16, V5.B16]
	WORD   $0x0e24c046 // SMULL V6.8H, V2.8B, V4.8B
	WORD   $0x4e24c047 // SMULL2 V7.8H, V2.16B, V4.16B
	WORD   $0x0e25c070 // SMULL V16.8H, V3.8B, V5.8B
	WORD   $0x4e25c071 // SMULL2 V17.8H, V3.16B, V5.16B
	WORD   $0x4e6068c0 // SADALP V0.4S, V6.8H
	WORD   $0x4e6068e1 // SADALP V1.4S, V7.8H
	WORD   $0x4e606a00 // SADALP V0.4S, V16.8H
	WORD   $0x4e606a21 // SADALP V1.4S, V17.8H
	SUBS   $32, R8, R8
	BNE    pair

	VADD    V1.S4, V0.S4, V0.S4
	VADDV   V0.S4, V0
	VMOV    V0.S[0], R6
	MOVW.P  R6, 4(R0)
	SUBS    $1, R4, R4
	BNE     row
	RET

// func sumFloats(sums *[16]float32, a, b *float32, blocks int)
//
// Sets lane l of sums to the sum of the products l, l+16, l+32 … of blocks·16; at least one block. Multiplying and
// adding stay apart, so that every sum has the bits that Go gives it.
TEXT ·sumFloats(SB), NOSPLIT, $0-32
	MOVD sums+0(FP), R0
	MOVD a+8(FP), R1
	MOVD b+16(FP), R2
	MOVD blocks+24(FP), R3
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16

floats:
	VLD1.P 64(R1), [V4.S4, V5.S4, V6.S4, V7.S4]
	VLD1.P 64(R2), [V16.S4, V17.S4, V18.S4, V19.S4]
	WORD   $0x6e30dc84 // FMUL V4.4S, V4.4S, V16.4S
	WORD   $0x6e31dca5 // FMUL V5.4S, V5.4S, V17.4S
	WORD   $0x6e32dcc6 // FMUL V6.4S, V6.4S, V18.4S
	WORD   $0x6e33dce7 // FMUL V7.4S, V7.4S, V19.4S
	WORD   $0x4e24d400 // FADD V0.4S, V0.4S, V4.4S
	WORD   $0x4e25d421 // FADD V1.4S, V1.4S, V5.4S
	WORD   $0x4e26d442 // FADD V2.4S, V2.4S, V6.4S
	WORD   $0x4e27d463 // FADD V3.4S, V3.4S, V7.4S
	SUBS   $1, R3, R3
	BNE    floats

	VST1 [V0.S4, V1.S4, V2.S4, V3.S4], (R0)
	RET
