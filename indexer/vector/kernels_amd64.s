#include "textflag.h"

// What these compute is said in Go in kernels.go: dotNibblesGo, weighSignsGo and dotFloatsGo.

// Rows lie anywhere in memory: dotNibbles asks for each one so many rows before it is multiplied.
#define ahead 8

// fetchRow asks for the row whose number lies at number: SI is the half, DX the stride. It takes R10 and R12.
#define fetchRow(number, line) \
	MOVL       number, R10; \
	IMULQ      DX, R10; \
	ADDQ       SI, R10; \
	MOVQ       DX, R12; \
line: \
	PREFETCHT0 (R10); \
	ADDQ       $64, R10; \
	SUBQ       $64, R12; \
	JGT        line

// begin loads the arguments of dotNibbles and asks for the first rows: DI is out, BX the numbers of the rows, CX how many
// there are, R8 the query.
#define begin(row, line) \
	MOVQ    out+0(FP), DI; \
	MOVQ    half+8(FP), SI; \
	MOVQ    stride+16(FP), DX; \
	MOVQ    rows+24(FP), BX; \
	MOVQ    n+32(FP), CX; \
	MOVQ    query+40(FP), R8; \
	MOVQ    $ahead, R9; \
	CMPQ    R9, CX; \
	CMOVQGT CX, R9; \
	MOVQ    BX, R13; \
row: \
	fetchRow((R13), line); \
	ADDQ    $4, R13; \
	DECQ    R9; \
	JNZ     row

// next asks for the row that comes ahead of the one at BX, if there is one, and makes R10 that one's bytes, R11 the query's
// and R12 the number of the row's.
#define next(near, line) \
	CMPQ  CX, $ahead; \
	JLE   near; \
	fetchRow((4*ahead)(BX), line); \
near: \
	MOVL  (BX), R10; \
	IMULQ DX, R10; \
	ADDQ  SI, R10; \
	MOVQ  R8, R11; \
	MOVQ  DX, R12

// finish adds the eight sums in Y0 up, stores that as the row's product and goes on with the next row.
#define finish(row) \
	VEXTRACTI128 $1, Y0, X1; \
	VPADDD       X1, X0, X0; \
	VPSHUFD      $0x4e, X0, X1; \
	VPADDD       X1, X0, X0; \
	VPSHUFD      $0xb1, X0, X1; \
	VPADDD       X1, X0, X0; \
	VMOVD        X0, (DI); \
	ADDQ         $4, DI; \
	ADDQ         $4, BX; \
	DECQ         CX; \
	JNZ          row; \
	VZEROUPPER; \
	RET

// beginSigns loads the arguments of weighSigns: DI is above, DX sums, SI the blocks, BX the scales, R8 the table, CX how many
// blocks there are, R9 how many pairs of bytes a row has. Y15 will mask four bits.
#define beginSigns \
	MOVQ         above+0(FP), DI; \
	MOVQ         sums+8(FP), DX; \
	MOVQ         blocks+16(FP), SI; \
	MOVQ         scales+24(FP), BX; \
	MOVQ         table+32(FP), R8; \
	MOVQ         n+40(FP), CX; \
	MOVQ         steps+48(FP), R9; \
	SHRQ         $1, R9; \
	VPBROADCASTD weight+56(FP), Y14; \
	VBROADCASTSS least+60(FP), Y13; \
	MOVL         $0x0f0f0f0f, AX; \
	VMOVD        AX, X15

// compareEight sets bits of AX for the eight rows from a multiple of eight on whose estimates are more than least.
#define compareEight(first) \
	VPMOVZXWD (2*first)(DX), Y4; \
	VPADDD    Y4, Y4, Y4; \
	VPSUBD    Y14, Y4, Y4; \
	VCVTDQ2PS Y4, Y4; \
	VMULPS    (4*first)(BX), Y4, Y4; \
	VCMPPS    $0x1e, Y13, Y4, Y4; \
	VMOVMSKPS Y4, R10; \
	SHLL      $first, R10; \
	ORL       R10, AX

// finishSigns goes on with the next block. Y0 has the sums of rows 0, 2, 4 … and, times 256, those of the others, which Y1 has:
// the sums of a byte and its neighbour, as words, and of the neighbour alone.
#define finishSigns(block) \
	VPSLLW       $8, Y1, Y4; \
	VPSUBW       Y4, Y0, Y0; \
	VPUNPCKLWD   Y1, Y0, Y2; \
	VPUNPCKHWD   Y1, Y0, Y3; \
	VMOVDQU      X2, (DX); \
	VMOVDQU      X3, 16(DX); \
	VEXTRACTI128 $1, Y2, 32(DX); \
	VEXTRACTI128 $1, Y3, 48(DX); \
	XORL         AX, AX; \
	compareEight(0); \
	compareEight(8); \
	compareEight(16); \
	compareEight(24); \
	MOVL         AX, (DI); \
	ADDQ         $4, DI; \
	ADDQ         $64, DX; \
	ADDQ         $128, BX; \
	DECQ         CX; \
	JNZ          block; \
	VZEROUPPER; \
	RET

// func dotNibblesVNNI(out *int32, half *byte, stride int, rows *uint32, n int, query *int8)
//
// VPDPBUSD multiplies unsigned bytes with signed ones and adds four products up. n is at least 1.
TEXT ·dotNibblesVNNI(SB), NOSPLIT, $0-48
	MOVL         $0x0f0f0f0f, AX
	VPBROADCASTD AX, Z3
	begin(first, firstLine)

row:
	next(near, line)
	VPXORD X0, X0, X0
	VPXORD X4, X4, X4

block:
	VMOVDQU64 (R10), Z1
	VPANDD    Z3, Z1, Z2
	VPSRLW    $4, Z1, Z1
	VPANDD    Z3, Z1, Z1
	VPDPBUSD  (R11), Z2, Z0
	VPDPBUSD  64(R11), Z1, Z4
	ADDQ      $64, R10
	ADDQ      $128, R11
	SUBQ      $64, R12
	JNZ       block

	VPADDD        Z4, Z0, Z0
	VEXTRACTI64X4 $1, Z0, Y1
	VPADDD        Y1, Y0, Y0
	finish(row)

// func dotNibblesAVX2(out *int32, half *byte, stride int, rows *uint32, n int, query *int8)
//
// VPMADDUBSW multiplies unsigned bytes with signed ones and adds two products up in 16 bits, of which eight such sums would
// still not leave them; VPMADDWD by ones adds two of those up in 32. n is at least 1.
TEXT ·dotNibblesAVX2(SB), NOSPLIT, $0-48
	MOVL         $0x0f0f0f0f, AX
	VMOVD        AX, X3
	VPBROADCASTD X3, Y3
	MOVL         $0x00010001, AX
	VMOVD        AX, X6
	VPBROADCASTD X6, Y6
	begin(first, firstLine)

row:
	next(near, line)
	VPXOR Y0, Y0, Y0

block:
	VMOVDQU    (R10), Y1
	VMOVDQU    32(R10), Y4
	VPAND      Y3, Y1, Y2
	VPSRLW     $4, Y1, Y1
	VPAND      Y3, Y1, Y1
	VPAND      Y3, Y4, Y5
	VPSRLW     $4, Y4, Y4
	VPAND      Y3, Y4, Y4
	VPMADDUBSW (R11), Y2, Y2
	VPMADDUBSW 32(R11), Y5, Y5
	VPMADDUBSW 64(R11), Y1, Y1
	VPMADDUBSW 96(R11), Y4, Y4
	VPADDW     Y5, Y2, Y2
	VPADDW     Y4, Y1, Y1
	VPADDW     Y1, Y2, Y2
	VPMADDWD   Y6, Y2, Y2
	VPADDD     Y2, Y0, Y0
	ADDQ       $64, R10
	ADDQ       $128, R11
	SUBQ       $64, R12
	JNZ        block

	finish(row)

// func weighSignsAVX512(above *uint32, sums *uint16, blocks *byte, scales *float32, table *byte, n, steps int, weight int32, least float32)
//
// VPSHUFB looks four bits of 64 bytes up at once: of two bytes of 32 rows. n is at least 1, steps at least 2.
TEXT ·weighSignsAVX512(SB), NOSPLIT, $0-64
	beginSigns
	VPBROADCASTD X15, Z15

block:
	MOVQ   R8, R11
	MOVQ   R9, R12
	VPXORD X0, X0, X0
	VPXORD X1, X1, X1

step:
	VMOVDQU64 (SI), Z2
	VMOVDQU64 (R11), Z4
	VMOVDQU64 64(R11), Z5
	VPSRLW    $4, Z2, Z3
	VPANDD    Z15, Z2, Z2
	VPANDD    Z15, Z3, Z3
	VPSHUFB   Z2, Z4, Z2
	VPSHUFB   Z3, Z5, Z3
	VPADDB    Z3, Z2, Z2
	VPADDW    Z2, Z0, Z0
	VPSRLW    $8, Z2, Z2
	VPADDW    Z2, Z1, Z1
	ADDQ      $64, SI
	ADDQ      $128, R11
	DECQ      R12
	JNZ       step

	VEXTRACTI64X4 $1, Z0, Y2
	VPADDW        Y2, Y0, Y0
	VEXTRACTI64X4 $1, Z1, Y3
	VPADDW        Y3, Y1, Y1
	finishSigns(block)

// func weighSignsAVX2(above *uint32, sums *uint16, blocks *byte, scales *float32, table *byte, n, steps int, weight int32, least float32)
//
// The same in two halves.
TEXT ·weighSignsAVX2(SB), NOSPLIT, $0-64
	beginSigns
	VPBROADCASTD X15, Y15

block:
	MOVQ  R8, R11
	MOVQ  R9, R12
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1

step:
	VMOVDQU (SI), Y2
	VMOVDQU 32(SI), Y3
	VMOVDQU (R11), Y6
	VMOVDQU 32(R11), Y7
	VMOVDQU 64(R11), Y8
	VMOVDQU 96(R11), Y9
	VPSRLW  $4, Y2, Y4
	VPSRLW  $4, Y3, Y5
	VPAND   Y15, Y2, Y2
	VPAND   Y15, Y3, Y3
	VPAND   Y15, Y4, Y4
	VPAND   Y15, Y5, Y5
	VPSHUFB Y2, Y6, Y2
	VPSHUFB Y3, Y7, Y3
	VPSHUFB Y4, Y8, Y4
	VPSHUFB Y5, Y9, Y5
	VPADDB  Y4, Y2, Y2
	VPADDB  Y5, Y3, Y3
	VPADDW  Y2, Y0, Y0
	VPADDW  Y3, Y0, Y0
	VPSRLW  $8, Y2, Y2
	VPSRLW  $8, Y3, Y3
	VPADDW  Y2, Y1, Y1
	VPADDW  Y3, Y1, Y1
	ADDQ    $64, SI
	ADDQ    $128, R11
	DECQ    R12
	JNZ     step

	finishSigns(block)

// func sumFloats(sums *[16]float32, a, b *float32, blocks int)
//
// Sets lane l of sums to the sum of the products l, l+16, l+32 … of blocks·16; at least one block. Multiplying and
// adding stay apart, so that every sum has the bits that Go gives it.
TEXT ·sumFloats(SB), NOSPLIT, $0-32
	MOVQ   sums+0(FP), DX
	MOVQ   a+8(FP), SI
	MOVQ   b+16(FP), DI
	MOVQ   blocks+24(FP), CX
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1

floats:
	VMOVUPS (SI), Y2
	VMOVUPS 32(SI), Y3
	VMULPS  (DI), Y2, Y2
	VMULPS  32(DI), Y3, Y3
	VADDPS  Y2, Y0, Y0
	VADDPS  Y3, Y1, Y1
	ADDQ    $64, SI
	ADDQ    $64, DI
	DECQ    CX
	JNZ     floats

	VMOVUPS Y0, (DX)
	VMOVUPS Y1, 32(DX)
	VZEROUPPER
	RET

// func prefetchLines(p unsafe.Pointer, n int)
TEXT ·prefetchLines(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), AX
	MOVQ n+8(FP), CX

line:
	PREFETCHT0 (AX)
	ADDQ       $64, AX
	DECQ       CX
	JNZ        line
	RET
