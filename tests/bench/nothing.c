// SPDX-License-Identifier: GPL-2.0-or-later
/* The smallest program: what fork+exec starts. Linked without a C library. */
__attribute__((noreturn)) void _start(void)
{
	asm volatile("syscall" :: "a"(60L), "D"(0L) : "rcx", "r11", "memory");
	__builtin_unreachable();
}
