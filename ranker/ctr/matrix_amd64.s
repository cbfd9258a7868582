#include "textflag.h"

// addRow adds the products of one row's factor with eight columns, in Y8 and Y9, to that row's sums.
#define addRow(factor, left, right) \
	VBROADCASTSD factor, Y10; \
	VFMADD231PD  Y8, Y10, left; \
	VFMADD231PD  Y9, Y10, right

// func addTileFMA(terms int, a *float64, rowStep, termStep int, b *float64, bStep int, c *float64, cStep int)
TEXT ·addTileFMA(SB), NOSPLIT, $0-64
	MOVQ terms+0(FP), CX
	MOVQ a+8(FP), SI
	MOVQ rowStep+16(FP), R8
	MOVQ termStep+24(FP), R9
	MOVQ b+32(FP), DI
	MOVQ bStep+40(FP), R10
	MOVQ c+48(FP), DX
	MOVQ cStep+56(FP), R11
	SHLQ $3, R8  // steps in bytes
	SHLQ $3, R9
	SHLQ $3, R10
	SHLQ $3, R11
	LEAQ (R8)(R8*2), R12   // three rows of a
	LEAQ (R11)(R11*2), R13 // three rows of c

	VMOVUPD (DX), Y0
	VMOVUPD 32(DX), Y1
	VMOVUPD (DX)(R11*1), Y2
	VMOVUPD 32(DX)(R11*1), Y3
	VMOVUPD (DX)(R11*2), Y4
	VMOVUPD 32(DX)(R11*2), Y5
	VMOVUPD (DX)(R13*1), Y6
	VMOVUPD 32(DX)(R13*1), Y7

term:
	VMOVUPD (DI), Y8
	VMOVUPD 32(DI), Y9
	addRow((SI), Y0, Y1)
	addRow((SI)(R8*1), Y2, Y3)
	addRow((SI)(R8*2), Y4, Y5)
	addRow((SI)(R12*1), Y6, Y7)
	ADDQ R9, SI
	ADDQ R10, DI
	DECQ CX
	JNZ  term

	VMOVUPD Y0, (DX)
	VMOVUPD Y1, 32(DX)
	VMOVUPD Y2, (DX)(R11*1)
	VMOVUPD Y3, 32(DX)(R11*1)
	VMOVUPD Y4, (DX)(R11*2)
	VMOVUPD Y5, 32(DX)(R11*2)
	VMOVUPD Y6, (DX)(R13*1)
	VMOVUPD Y7, 32(DX)(R13*1)
	VZEROUPPER
	RET
