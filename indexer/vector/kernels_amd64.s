#include "textflag.h"

// What these compute is said in Go in kernels.go: dotRowsGo and dotFloatsGo.

// func dotRowsVNNI(out *int32, codes *byte, stride int, rows *uint32, n int, query *byte)
//
// VPDPBUSD multiplies unsigned bytes with signed ones, so 128 is added to the rows' codes, which is
// what flipping the sign bit does, and 128·Σ query taken from the sums. n is at least 1.
TEXT ·dotRowsVNNI(SB), NOSPLIT, $0-48
	MOVQ         out+0(FP), DI
	MOVQ         codes+8(FP), SI
	MOVQ         stride+16(FP), DX
	MOVQ         rows+24(FP), BX
	MOVQ         n+32(FP), CX
	MOVQ         query+40(FP), R8
	MOVL         $0x80808080, AX
	VPBROADCASTD AX, Z3

	// Z4: what to take off, lane by lane.
	VPXORD X4, X4, X4
	MOVQ   R8, R11
	MOVQ   DX, R12
	SUBQ   $64, R12
	JLT    offsetRest

offsetBlock:
	VPDPBUSD (R11), Z3, Z4
	ADDQ     $64, R11
	SUBQ     $64, R12
	JGE      offsetBlock

offsetRest:
	TESTQ     $32, R12
	JZ        row
	VMOVDQU   (R11), Y5
	VPDPBUSD  Z5, Z3, Z4

row:
	// Rows lie anywhere in memory: ask for a later one while this one is multiplied.
	CMPQ       CX, $3
	JLT        near
	MOVL       8(BX), R10
	IMULQ      DX, R10
	PREFETCHT0 (SI)(R10*1)
	PREFETCHT0 64(SI)(R10*1)
	PREFETCHT0 128(SI)(R10*1)
	PREFETCHT0 192(SI)(R10*1)

near:
	MOVL   (BX), R10
	IMULQ  DX, R10
	ADDQ   SI, R10
	MOVQ   R8, R11
	MOVQ   DX, R12
	VPXORD X0, X0, X0
	SUBQ   $64, R12
	JLT    rest

block:
	VPXORD   (R10), Z3, Z1
	VPDPBUSD (R11), Z1, Z0
	ADDQ     $64, R10
	ADDQ     $64, R11
	SUBQ     $64, R12
	JGE      block

rest:
	TESTQ    $32, R12
	JZ       sum
	VMOVDQU  (R10), Y1
	VPXORD   Z3, Z1, Z1
	VMOVDQU  (R11), Y2
	VPDPBUSD Z2, Z1, Z0

sum:
	VPSUBD        Z4, Z0, Z0
	VEXTRACTI64X4 $1, Z0, Y1
	VPADDD        Y1, Y0, Y0
	VEXTRACTI128  $1, Y0, X1
	VPADDD        X1, X0, X0
	VPSHUFD       $0x4e, X0, X1
	VPADDD        X1, X0, X0
	VPSHUFD       $0xb1, X0, X1
	VPADDD        X1, X0, X0
	VMOVD         X0, (DI)
	ADDQ          $4, DI
	ADDQ          $4, BX
	DECQ          CX
	JNZ           row
	VZEROUPPER
	RET

// func dotRowsAVX2(out *int32, codes *byte, stride int, rows *uint32, n int, query *byte)
//
// Codes are widened to 16 bits; VPMADDWD adds pairs of products in 32. n is at least 1.
TEXT ·dotRowsAVX2(SB), NOSPLIT, $0-48
	MOVQ out+0(FP), DI
	MOVQ codes+8(FP), SI
	MOVQ stride+16(FP), DX
	MOVQ rows+24(FP), BX
	MOVQ n+32(FP), CX
	MOVQ query+40(FP), R8

row:
	CMPQ       CX, $3
	JLT        near
	MOVL       8(BX), R11
	IMULQ      DX, R11
	PREFETCHT0 (SI)(R11*1)
	PREFETCHT0 64(SI)(R11*1)
	PREFETCHT0 128(SI)(R11*1)
	PREFETCHT0 192(SI)(R11*1)

near:
	MOVL  (BX), R10
	IMULQ DX, R10
	ADDQ  SI, R10
	MOVQ  R8, R11
	MOVQ  DX, R12
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1

pair:
	VPMOVSXBW (R10), Y2
	VPMOVSXBW 16(R10), Y3
	VPMOVSXBW (R11), Y4
	VPMOVSXBW 16(R11), Y5
	VPMADDWD  Y4, Y2, Y2
	VPMADDWD  Y5, Y3, Y3
	VPADDD    Y2, Y0, Y0
	VPADDD    Y3, Y1, Y1
	ADDQ      $32, R10
	ADDQ      $32, R11
	SUBQ      $32, R12
	JNZ       pair

	VPADDD       Y1, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD       X1, X0, X0
	VPSHUFD      $0x4e, X0, X1
	VPADDD       X1, X0, X0
	VPSHUFD      $0xb1, X0, X1
	VPADDD       X1, X0, X0
	VMOVD        X0, (DI)
	ADDQ         $4, DI
	ADDQ         $4, BX
	DECQ         CX
	JNZ          row
	VZEROUPPER
	RET

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
