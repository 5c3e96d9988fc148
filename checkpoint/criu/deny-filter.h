/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The filter of a connection that is being dumped or restored: it drops all but the packets that
 * libsoccr makes up. CRIU attaches it and takes it away, or the tools do when CRIU is gone.
 */
#ifndef __CR_DENY_FILTER_H__
#define __CR_DENY_FILTER_H__

#include <linux/filter.h>

/* Of libsoccr's packets. */
#define DENY_MARK	0xC114
#ifdef SOCCR_MARK
_Static_assert(DENY_MARK == SOCCR_MARK, "libsoccr marks its packets otherwise");
#endif

static const struct sock_filter deny_filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_MARK),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DENY_MARK, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, ~0U),
	BPF_STMT(BPF_RET | BPF_K, 0),
};
#define DENY_FILTER_LEN	(sizeof(deny_filter) / sizeof(deny_filter[0]))

#endif
