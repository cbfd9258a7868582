#include "textflag.h"

// What these compute is said in Go in kernels.go: dotNibblesGo, weighSignsGo and dotFloatsGo. The assembler lacks the
// instructions that are given as words.

// Rows lie anywhere in memory: dotNibbles asks for each one so many rows before it is multiplied.
#define ahead 8

// fetchRow asks for the row whose number is in R6: R1 is the half, R2 the stride. It takes R6 and R8.
#define fetchRow(loop) \
	MADD R2, R1, R6, R6; \
	MOVD R2, R8; \
loop: \
	PRFM (R6), PLDL1KEEP; \
	ADD  $64, R6; \
	SUBS $64, R8, R8; \
	BNE  loop

// func dotNibblesNEON(out *int32, half *byte, stride int, rows *uint32, n int, query *int8)
//
// SMULL and SMLAL multiply codes and add eight products up in 16 bits, which they do not leave; SADALP adds pairs of
// those up in 32. n is at least 1.
TEXT ·dotNibblesNEON(SB), NOSPLIT, $0-48
	MOVD  out+0(FP), R0
	MOVD  half+8(FP), R1
	MOVD  stride+16(FP), R2
	MOVD  rows+24(FP), R3
	MOVD  n+32(FP), R4
	MOVD  query+40(FP), R5
	VMOVI $15, V31.B16
	MOVD  R3, R9
	MOVD  $ahead, R10
	CMP   R10, R4
	CSEL  LT, R4, R10, R10

first:
	MOVWU.P 4(R9), R6
	fetchRow(firstLines)
	SUBS $1, R10, R10
	BNE  first

row:
	CMP   $ahead, R4
	BLE   near
	MOVWU (4*ahead)(R3), R6
	fetchRow(lines)

near:
	MOVWU.P 4(R3), R6
	MADD    R2, R1, R6, R6
	MOVD    R5, R7
	MOVD    R2, R8
	VEOR    V0.B16, V0.B16, V0.B16
	VEOR    V1.B16, V1.B16, V1.B16

block:
	VLD1.P 64(R6), [V2.B16, V3.B16, V4.B16, V5.B16]
	VLD1.P 64(R7), [V16.B16, V17.B16, V18.B16, V19.B16]
	VLD1.P 64(R7), [V20.B16, V21.B16, V22.B16, V23.B16]
	VAND   V31.B16, V2.B16, V24.B16
	VAND   V31.B16, V3.B16, V25.B16
	VAND   V31.B16, V4.B16, V26.B16
	VAND   V31.B16, V5.B16, V27.B16
	VUSHR  $4, V2.B16, V2.B16
	VUSHR  $4, V3.B16, V3.B16
	VUSHR  $4, V4.B16, V4.B16
	VUSHR  $4, V5.B16, V5.B16
	WORD   $0x0e30c306 // SMULL V6.8H, V24.8B, V16.8B
	WORD   $0x4e308306 // SMLAL2 V6.8H, V24.16B, V16.16B
	WORD   $0x0e318326 // SMLAL V6.8H, V25.8B, V17.8B
	WORD   $0x4e318326 // SMLAL2 V6.8H, V25.16B, V17.16B
	WORD   $0x0e328346 // SMLAL V6.8H, V26.8B, V18.8B
	WORD   $0x4e328346 // SMLAL2 V6.8H, V26.16B, V18.16B
	WORD   $0x0e338366 // SMLAL V6.8H, V27.8B, V19.8B
	WORD   $0x4e338366 // SMLAL2 V6.8H, V27.16B, V19.16B
	WORD   $0x0e34c047 // SMULL V7.8H, V2.8B, V20.8B
	WORD   $0x4e348047 // SMLAL2 V7.8H, V2.16B, V20.16B
	WORD   $0x0e358067 // SMLAL V7.8H, V3.8B, V21.8B
	WORD   $0x4e358067 // SMLAL2 V7.8H, V3.16B, V21.16B
	WORD   $0x0e368087 // SMLAL V7.8H, V4.8B, V22.8B
	WORD   $0x4e368087 // SMLAL2 V7.8H, V4.16B, V22.16B
	WORD   $0x0e3780a7 // SMLAL V7.8H, V5.8B, V23.8B
	WORD   $0x4e3780a7 // SMLAL2 V7.8H, V5.16B, V23.16B
	WORD   $0x4e6068c0 // SADALP V0.4S, V6.8H
	WORD   $0x4e6068e1 // SADALP V1.4S, V7.8H
	SUBS   $64, R8, R8
	BNE    block

	VADD   V1.S4, V0.S4, V0.S4
	VADDV  V0.S4, V0
	VMOV   V0.S[0], R6
	MOVW.P R6, 4(R0)
	SUBS   $1, R4, R4
	BNE    row
	RET

// compareFour sets the bits of R10 from shift on for four rows whose sums widen, a USHLL, makes words of in V4: those whose
// estimates are more than least. The other instructions given as words are SCVTF, FMUL by V5 and FCMGT with V28.
#define compareFour(widen, shift) \
	WORD   widen; \
	VADD   V4.S4, V4.S4, V4.S4; \
	VSUB   V29.S4, V4.S4, V4.S4; \
	WORD   $0x4e21d884; \
	VLD1.P 16(R3), [V5.S4]; \
	WORD   $0x6e25dc84; \
	WORD   $0x6ebce484; \
	VAND   V30.B16, V4.B16, V4.B16; \
	VADDV  V4.S4, V4; \
	VMOV   V4.S[0], R9; \
	ORR    R9<<shift, R10, R10

// func weighSignsNEON(above *uint32, sums *uint16, blocks *byte, scales *float32, table *byte, n, steps int, weight int32, least float32)
//
// TBL looks four bits of 16 rows up at once. n is at least 1, steps at least 2 and even.
TEXT ·weighSignsNEON(SB), NOSPLIT, $0-64
	MOVD  above+0(FP), R0
	MOVD  sums+8(FP), R1
	MOVD  blocks+16(FP), R2
	MOVD  scales+24(FP), R3
	MOVD  table+32(FP), R4
	MOVD  n+40(FP), R5
	MOVD  steps+48(FP), R6
	LSR   $1, R6, R6
	MOVW  weight+56(FP), R7
	VDUP  R7, V29.S4
	MOVWU least+60(FP), R7
	VDUP  R7, V28.S4
	VMOVI $15, V31.B16
	MOVD  $0x0000000200000001, R7
	VMOV  R7, V30.D[0]
	MOVD  $0x0000000800000004, R7
	VMOV  R7, V30.D[1]

block:
	MOVD R4, R7
	MOVD R6, R8
	VEOR V16.B16, V16.B16, V16.B16
	VEOR V17.B16, V17.B16, V17.B16
	VEOR V18.B16, V18.B16, V18.B16
	VEOR V19.B16, V19.B16, V19.B16

step:
	VLD1.P 64(R2), [V0.B16, V1.B16, V2.B16, V3.B16]
	VLD1.P 64(R7), [V20.B16, V21.B16, V22.B16, V23.B16]
	VLD1.P 64(R7), [V24.B16, V25.B16, V26.B16, V27.B16]
	VAND V31.B16, V0.B16, V4.B16
	VUSHR $4, V0.B16, V0.B16
	VTBL V4.B16, [V20.B16], V4.B16
	VTBL V0.B16, [V24.B16], V0.B16
	VADD V0.B16, V4.B16, V4.B16
	VAND V31.B16, V1.B16, V5.B16
	VUSHR $4, V1.B16, V1.B16
	VTBL V5.B16, [V20.B16], V5.B16
	VTBL V1.B16, [V24.B16], V1.B16
	VADD V1.B16, V5.B16, V5.B16
	VAND V31.B16, V2.B16, V6.B16
	VUSHR $4, V2.B16, V2.B16
	VTBL V6.B16, [V22.B16], V6.B16
	VTBL V2.B16, [V26.B16], V2.B16
	VADD V2.B16, V6.B16, V6.B16
	VAND V31.B16, V3.B16, V7.B16
	VUSHR $4, V3.B16, V3.B16
	VTBL V7.B16, [V22.B16], V7.B16
	VTBL V3.B16, [V26.B16], V3.B16
	VADD V3.B16, V7.B16, V7.B16
	WORD $0x2e241210 // UADDW V16.8H, V16.8H, V4.8B
	WORD $0x6e241231 // UADDW2 V17.8H, V17.8H, V4.16B
	WORD $0x2e251252 // UADDW V18.8H, V18.8H, V5.8B
	WORD $0x6e251273 // UADDW2 V19.8H, V19.8H, V5.16B
	WORD $0x2e261210 // UADDW V16.8H, V16.8H, V6.8B
	WORD $0x6e261231 // UADDW2 V17.8H, V17.8H, V6.16B
	WORD $0x2e271252 // UADDW V18.8H, V18.8H, V7.8B
	WORD $0x6e271273 // UADDW2 V19.8H, V19.8H, V7.16B
	SUBS $1, R8, R8
	BNE  step

	VST1.P [V16.H8, V17.H8, V18.H8, V19.H8], 64(R1)
	MOVD   $0, R10
	compareFour($0x2f10a604, 0) // USHLL V4.4S, V16.4H, #0
	compareFour($0x6f10a604, 4) // USHLL2 V4.4S, V16.8H, #0
	compareFour($0x2f10a624, 8) // USHLL V4.4S, V17.4H, #0
	compareFour($0x6f10a624, 12) // USHLL2 V4.4S, V17.8H, #0
	compareFour($0x2f10a644, 16) // USHLL V4.4S, V18.4H, #0
	compareFour($0x6f10a644, 20) // USHLL2 V4.4S, V18.8H, #0
	compareFour($0x2f10a664, 24) // USHLL V4.4S, V19.4H, #0
	compareFour($0x6f10a664, 28) // USHLL2 V4.4S, V19.8H, #0
	MOVW.P R10, 4(R0)
	SUBS   $1, R5, R5
	BNE    block
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

// func prefetchLines(p unsafe.Pointer, n int)
TEXT ·prefetchLines(SB), NOSPLIT, $0-16
	MOVD p+0(FP), R0
	MOVD n+8(FP), R1

line:
	PRFM (R0), PLDL1KEEP
	ADD  $64, R0
	SUBS $1, R1, R1
	BNE  line
	RET
